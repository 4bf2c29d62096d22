/** Random streams through our EventSource and through Chromium's at once: they must hear the same. */

import assert from 'node:assert/strict'
import { chromium } from '../../browser/chromium.ts'
import { buildMutant, type Mutation } from '../../mutation.ts'
import type { Suite } from '../../tally.ts'
import type { Figures, Part } from '../part.ts'
import { BROKEN } from './broken.ts'
import { connectionsOf, STREAMS_OF_A_SEED, type Connection } from './connections.ts'
import { described, differencesIn, smallest, type CounterExample } from './counter-example.ts'
import { differencesOf, expectationOf, type Difference } from './expectation.ts'
import { Laboratory } from './laboratory.ts'

const STREAMS = 20_000
const LONG_STREAMS = Number(process.env.STREAMS ?? 1_000_000)

/** How many streams a broken version may take to be noticed, and how many bytes show it then. */
const SOON_NOTICED = 4_000
const FEW_BYTES = 12
/** Out of how many connections that show it the one is chosen that is easiest to make small. */
const SOME = 3

/** No more than these are shrunk: they tend to be the same. */
const MOST_SHOWN = 5

export const fuzz: Part = {
  name: 'fuzz',
  async run(suite, { long, seed }) {
    const missing = chromium.missing()
    if (missing !== undefined) {
      suite.missing(missing)
      return {}
    }
    const figures = await compare(suite, { streams: long ? LONG_STREAMS : STREAMS, seed })
    return { ...figures, ...(await noticeBrokenVersions(suite, seed)) }
  },
}

/** What there is to see while it runs for long. */
type Progress = (streams: number) => void

export async function compare(
  suite: Suite,
  { streams, seed, progress }: { streams: number; seed: number; progress?: Progress },
): Promise<Figures> {
  const laboratory = new Laboratory()
  await laboratory.open()
  const started = performance.now()
  const counts = { streams: 0, events: 0, bytes: 0, reconnections: 0, exempt: 0 }
  try {
    await suite.run(
      `${streams} streams, from seed ${seed} on, are heard as the native EventSource hears them`,
      async () => {
        const found = await differing(laboratory, seed, streams, (connection) => {
          const { messages, reconnects, chromiumDeparts } = expectationOf(connection)
          counts.streams += connection.streams.length
          counts.events += messages.length
          counts.bytes += connection.streams.reduce((sum, { length }) => sum + length, 0)
          if (reconnects) counts.reconnections++
          if (chromiumDeparts) counts.exempt++
          if (counts.streams % 10_000 < connection.streams.length) progress?.(counts.streams)
        })
        const shown: string[] = []
        for (const example of found.slice(0, MOST_SHOWN)) {
          shown.push(`seed ${example.seed}: ${described(await smallest(laboratory, example))}`)
        }
        assert.equal(found.length, 0, `${found.length} connections differ\n  ${shown.join('\n  ')}`)
      },
    )
  } finally {
    await laboratory.close()
  }
  const seconds = Math.round((performance.now() - started) / 1_000)
  const { streams: compared, events, bytes, reconnections, exempt } = counts
  return {
    'streams compared': compared,
    events,
    bytes,
    'reconnections compared': reconnections,
    'connections that Chromium is known to mishear': exempt,
    seconds,
  }
}

interface Found {
  seed: number
  connection: Connection
  differences: Difference[]
}

/** Runs so many streams; gives up once it has found enough. */
async function differing(
  laboratory: Laboratory,
  seed: number,
  streams: number,
  done: (connection: Connection) => void,
  version?: string,
  enough = 100,
): Promise<Found[]> {
  const found: Found[] = []
  const waiting = connectionsFrom(seed, Math.ceil(streams / STREAMS_OF_A_SEED))
  const work = async (): Promise<void> => {
    for (const { connection, seed } of waiting) {
      if (found.filter(isCertain).length >= enough) return
      const differences = differencesOf(connection, await laboratory.run(connection, version))
      if (differences.length > 0) found.push({ seed, connection, differences })
      done(connection)
    }
  }
  await Promise.all(Array.from({ length: Laboratory.WIDTH }, work))

  // Those that were no more than late get further chances now that there is nothing else to do.
  const confirmed: Found[] = []
  for (const { connection, seed, differences } of found) {
    const again = isCertain({ seed, connection, differences })
      ? differences
      : await differencesIn(laboratory, connection, version)
    if (again.length > 0) confirmed.push({ seed, connection, differences: again })
  }
  return confirmed
}

function isCertain({ differences }: Found): boolean {
  return differences.some(({ isLate }) => !isLate)
}

function* connectionsFrom(first: number, seeds: number): Iterable<{ seed: number; connection: Connection }> {
  for (let seed = first; seed < first + seeds; seed++) {
    for (const connection of connectionsOf(seed)) yield { seed, connection }
  }
}

/** It defines the global `everysource`. */
async function scriptOf(broken: Mutation): Promise<string> {
  const options = { format: 'iife', globalName: 'everysource', write: false } as const
  return (await buildMutant(broken, options)).outputFiles?.[0]?.text ?? ''
}

async function noticeBrokenVersions(suite: Suite, seed: number): Promise<Figures> {
  const scripts = await Promise.all(BROKEN.map(async (broken) => [broken.what, await scriptOf(broken)] as const))
  // Names that fit into a URL.
  const laboratory = new Laboratory(Object.fromEntries(scripts.map(([, script], index) => [`broken-${index}`, script])))
  await laboratory.open()
  const figures: Figures = {}
  const notice = async (index: number, what: string): Promise<void> => {
    await suite.run(`a version that ${what} is noticed, and its stream made small`, async () => {
      let streams = 0
      const count = (connection: Connection): void => {
        streams += connection.streams.length
      }
      const version = `broken-${index}`
      const found = await differing(laboratory, seed, SOON_NOTICED, count, version, SOME)
      const [first] = found.sort((one, other) => effort(one.connection) - effort(other.connection))
      assert.ok(first, `${SOON_NOTICED} streams did not show it`)
      const example = await smallest(laboratory, first, version)
      assert.ok(isSmall(example), `this is not small\n    ${described(example)}`)
      const bytes = described(example).split('\n')[1]?.trim() ?? ''
      figures[`a version that ${what}`] = `noticed within ${streams} streams, shown by ${bytes}`
    })
  }
  try {
    await Promise.all(BROKEN.map(({ what }, index) => notice(index, what)))
  } finally {
    await laboratory.close()
  }
  return figures
}

/** Each try of a connection of its own waits for two reconnections. */
function effort({ kind, streams }: Connection): number {
  return kind === 'own' ? (streams[0]?.length ?? 0) : 0
}

function isSmall({ connection, isRepeatable }: CounterExample): boolean {
  return isRepeatable && connection.streams.length === 1 && (connection.streams[0]?.length ?? 0) <= FEW_BYTES
}
