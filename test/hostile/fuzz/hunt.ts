/** Runs connections from a seed on, a few at a time, and keeps those that differ. */

import { setTimeout as delay } from 'node:timers/promises'
import { connectionsOf, type Connection } from './connections.ts'
import { differencesIn } from './counter-example.ts'
import { differencesOf, expectationOf, type Difference } from './expectation.ts'
import { Laboratory } from './laboratory.ts'

/** After so many streams there is a pause, in which what came late is asked again: a run that goes on for ever has no end for that. */
const ROUND = 100_000

/** So many connections of which nothing comes back are taken for a page that is dead. */
const MOST_FAILURES = 3

/** How long what is under way may take once the hunt is stopped, in ms: Ctrl+C ends the browser too. */
const GRACE = 5_000

export interface Found {
  seed: number
  connection: Connection
  differences: Difference[]
}

export interface Hunt {
  seed: number
  /** How many are to be compared. */
  streams: number
  /** Of ours; the one that ships unless it is said. */
  version?: string
  /** After so many finds it is over. */
  enough: number
  /** Stops it. */
  signal?: AbortSignal | undefined
  /** Is told of each connection that has been heard. */
  heard: (connection: Connection) => void
  /** Is told of each find as soon as it is certain; it must not throw. */
  tell?: (found: Found) => Promise<void>
}

export interface Bag {
  found: Found[]
  /** Connections of which nothing came back. */
  failures: string[]
  /** Seeds of what was late, and not asked again before the hunt was stopped. */
  open: number[]
}

/** How many of its streams are compared with the native one. */
export function comparedOf(connection: Connection): number {
  return expectationOf(connection).chromiumDeparts ? 0 : connection.streams.length
}

export async function hunt(laboratory: Laboratory, order: Hunt): Promise<Bag> {
  const { streams, version, enough, signal, heard, tell } = order
  const bag: Bag = { found: [], failures: [], open: [] }
  const waiting = connectionsFrom(order.seed)
  let left = streams
  const isOver = (): boolean =>
    signal?.aborted === true || bag.found.length >= enough || bag.failures.length >= MOST_FAILURES

  const keep = async (found: Found): Promise<void> => {
    bag.found.push(found)
    await tell?.(found)
  }
  /** What comes of one connection; undefined where nothing does. */
  const attempt = async (seed: number, run: () => Promise<Difference[]>): Promise<Difference[] | undefined> => {
    try {
      return await run()
    } catch (error) {
      bag.failures.push(`seed ${seed}: ${String(error)}`)
      return undefined
    }
  }
  const round = async (late: Found[]): Promise<void> => {
    let leftHere = ROUND
    const work = async (): Promise<void> => {
      while (!isOver() && left > 0 && leftHere > 0) {
        const { seed, connection } = waiting.next().value
        const compared = comparedOf(connection)
        left -= compared
        leftHere -= compared
        const run = async () => differencesOf(connection, await laboratory.run(connection, version))
        const differences = await attempt(seed, run)
        if (differences) {
          heard(connection)
          if (differences.some(({ isLate }) => !isLate)) await keep({ seed, connection, differences })
          else if (differences.length > 0) late.push({ seed, connection, differences })
        } else {
          left += compared
        }
      }
    }
    await Promise.all(Array.from({ length: Laboratory.WIDTH }, work))
    // Those that were no more than late get further chances now that there is nothing else to do.
    while (late[0] && signal?.aborted !== true && bag.failures.length < MOST_FAILURES) {
      const { seed, connection } = late[0]
      const again = await attempt(seed, () => differencesIn(laboratory, connection, version))
      if (again && again.length > 0) await keep({ seed, connection, differences: again })
      late.shift()
    }
  }

  while (!isOver() && left > 0) {
    const late: Found[] = []
    await orSoonAfter(signal, round(late))
    bag.open.push(...late.map(({ seed }) => seed))
  }
  return bag
}

/** Waits for it, but not for long after it has been stopped. */
async function orSoonAfter(signal: AbortSignal | undefined, work: Promise<void>): Promise<void> {
  if (!signal) return work
  const ended = new AbortController()
  const stopped = new Promise<void>((resolve, reject) => {
    const wait = (): void => {
      delay(GRACE, undefined, { signal: ended.signal }).then(resolve, reject)
    }
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true, signal: ended.signal })
  })
  // It is cut short where the work ends first.
  stopped.catch(() => undefined)
  try {
    await Promise.race([work, stopped])
  } finally {
    ended.abort()
  }
}

function* connectionsFrom(first: number): Generator<{ seed: number; connection: Connection }, never> {
  for (let seed = first; ; seed++) {
    for (const connection of connectionsOf(seed)) yield { seed, connection }
  }
}
