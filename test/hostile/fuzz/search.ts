/** Runs the connections of successive seeds, a few in parallel, and collects those that differ. */

import { setTimeout as delay } from 'node:timers/promises'
import { connectionsOf, type Connection } from './connections.ts'
import { differencesIn } from './counter-example.ts'
import { differencesOf, expectationOf, type Difference } from './expectation.ts'
import { Laboratory } from './laboratory.ts'

/** Number of streams after which late connections are retried, because an endless run never finishes. */
const ROUND = 100_000

/** Number of connections without a result after which the page counts as dead. */
const MAX_FAILURES = 3

/** Time for pending connections after an interrupt, in ms: Ctrl+C closes the browser too. */
const GRACE = 5_000

export interface Found {
  seed: number
  connection: Connection
  differences: Difference[]
}

export interface Search {
  seed: number
  /** Number of streams to compare. */
  streams: number
  /** Our version to compare; the published one by default. */
  version?: string
  /** Number of differing connections after which to stop. */
  enough: number
  /** Stops it. */
  signal?: AbortSignal | undefined
  /** Called after each connection. */
  onCompared: (connection: Connection) => void
  /** Called with each confirmed difference; must not throw. */
  onFound?: (found: Found) => Promise<void>
}

export interface Finds {
  found: Found[]
  /** Connections without a result. */
  failures: string[]
  /** Seeds of late connections that were not retried before an interrupt. */
  open: number[]
}

/** Number of its streams that are compared with the native EventSource. */
export function comparedOf(connection: Connection): number {
  return expectationOf(connection).chromiumDeviates ? 0 : connection.streams.length
}

export async function search(laboratory: Laboratory, order: Search): Promise<Finds> {
  const { streams, version, enough, signal, onCompared, onFound } = order
  const finds: Finds = { found: [], failures: [], open: [] }
  const waiting = connectionsFrom(order.seed)
  let left = streams
  const isOver = (): boolean =>
    signal?.aborted === true || finds.found.length >= enough || finds.failures.length >= MAX_FAILURES

  const keep = async (found: Found): Promise<void> => {
    finds.found.push(found)
    await onFound?.(found)
  }
  /** Runs one connection; returns undefined if it gives no result. */
  const attempt = async (seed: number, run: () => Promise<Difference[]>): Promise<Difference[] | undefined> => {
    try {
      return await run()
    } catch (error) {
      finds.failures.push(`seed ${seed}: ${String(error)}`)
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
          onCompared(connection)
          if (differences.some(({ isLate }) => !isLate)) await keep({ seed, connection, differences })
          else if (differences.length > 0) late.push({ seed, connection, differences })
        } else {
          left += compared
        }
      }
    }
    await Promise.all(Array.from({ length: Laboratory.WIDTH }, work))
    // Retry late connections, now that nothing else is running.
    while (late[0] && signal?.aborted !== true && finds.failures.length < MAX_FAILURES) {
      const { seed, connection } = late[0]
      const again = await attempt(seed, () => differencesIn(laboratory, connection, version))
      if (again && again.length > 0) await keep({ seed, connection, differences: again })
      late.shift()
    }
  }

  while (!isOver() && left > 0) {
    const late: Found[] = []
    await orSoonAfter(signal, round(late))
    finds.open.push(...late.map(({ seed }) => seed))
  }
  return finds
}

/** Waits for the work, but only for the grace time after an interrupt. */
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
  // `ended` rejects it when the work is finished first.
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
