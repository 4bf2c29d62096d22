/** Sends random streams to our EventSource and Chromium's in parallel: both must fire the same events. */

import assert from 'node:assert/strict'
import { chromium } from '../../browser/chromium.ts'
import { buildMutant, type Mutation } from '../../mutation.ts'
import type { Suite } from '../../tally.ts'
import type { Figures, Part } from '../part.ts'
import { BROKEN } from './broken.ts'
import type { Connection } from './connections.ts'
import { described, smallest, type CounterExample } from './counter-example.ts'
import { expectationOf } from './expectation.ts'
import { comparedOf, search, type Found } from './search.ts'
import { Laboratory } from './laboratory.ts'
import { wholeNumber } from '../whole-number.ts'

const STREAMS = 20_000
const LONG_STREAMS = 1_000_000

/** Number of streams in which a broken version must be detected, and of bytes to which the example must shrink. */
const MAX_STREAMS = 4_000
const MAX_BYTES = 12
/** Number of differing connections from which the easiest to shrink is chosen. */
const CANDIDATES = 3

/** Differences to shrink, because they tend to be alike, and differences after which it stops. */
const MAX_SHOWN = 5
const ENOUGH = 100

export const fuzz: Part = {
  name: 'fuzz',
  async run(suite, { long, seed }) {
    const missing = chromium.missing()
    if (missing !== undefined) {
      suite.missing(missing)
      return {}
    }
    const most = wholeNumber('STREAMS', process.env.STREAMS ?? String(LONG_STREAMS), 1)
    const figures = await compare(suite, { streams: long ? most : STREAMS, seed })
    return { ...figures, ...(await detectBrokenVersions(suite, seed)) }
  },
}

export interface Order {
  streams: number
  seed: number
  /** Reports progress. */
  progress?: (streams: number) => void
  /** Stops it; differences found before that count. */
  signal?: AbortSignal
}

/** Compares at least `streams` streams. Prints each difference at once, so that an interrupted run does not lose it. */
export async function compare(suite: Suite, { streams, seed, progress, signal }: Order): Promise<Figures> {
  const laboratory = new Laboratory()
  await laboratory.open()
  const started = performance.now()
  const counts = { streams: 0, exempt: 0, events: 0, bytes: 0, reconnections: 0 }
  const onCompared = (connection: Connection): void => {
    const { messages, reconnects } = expectationOf(connection)
    const compared = comparedOf(connection)
    if (compared === 0) {
      counts.exempt += connection.streams.length
      return
    }
    counts.streams += compared
    counts.events += messages.length
    counts.bytes += connection.streams.reduce((sum, { length }) => sum + length, 0)
    if (reconnects) counts.reconnections++
    if (counts.streams % 10_000 < compared) progress?.(counts.streams)
  }
  let shown = 0
  const onFound = async (found: Found): Promise<void> => {
    console.log(`  seed ${found.seed} differs: ${found.differences[0]?.text ?? ''}`)
    if (shown++ < MAX_SHOWN) console.log(`  seed ${found.seed}: ${await shrunk(laboratory, found)}`)
  }
  try {
    await suite.run(`${streams} streams from seed ${seed} fire the same events as the native EventSource`, async () => {
      const { found, failures, open } = await search(laboratory, {
        seed,
        streams,
        enough: ENOUGH,
        signal,
        onCompared,
        onFound,
      })
      if (open.length > 0) console.log(`  late and not retried: seeds ${open.join(', ')}`)
      const seeds = found.map((one) => one.seed).join(', ')
      assert.equal(found.length, 0, `${found.length} connections differ, seeds ${seeds}`)
      // An interrupt may have closed the page too.
      if (signal?.aborted === true) return
      assert.deepEqual(failures, [])
      assert.ok(counts.streams >= streams, `only ${counts.streams} streams were compared`)
    })
  } finally {
    await laboratory.close()
  }
  const seconds = Math.round((performance.now() - started) / 1_000)
  const { streams: compared, exempt, events, bytes, reconnections } = counts
  return {
    'streams compared': compared,
    'streams compared with the standard only, because of a known bug in Chromium': exempt,
    events,
    bytes,
    'reconnections compared': reconnections,
    seconds,
  }
}

/** Describes the shrunk connection, or the original if the page is gone. */
async function shrunk(laboratory: Laboratory, found: Found): Promise<string> {
  try {
    return described(await smallest(laboratory, found))
  } catch (error) {
    return `${described({ ...found, isRepeatable: true })}\n    Failed to shrink it: ${String(error)}`
  }
}

/** Builds a broken version as a script that defines the global `everysource`. */
async function scriptOf(broken: Mutation): Promise<string> {
  const options = { format: 'iife', globalName: 'everysource', write: false } as const
  return (await buildMutant([broken], options)).outputFiles?.[0]?.text ?? ''
}

async function detectBrokenVersions(suite: Suite, seed: number): Promise<Figures> {
  const scripts = await Promise.all(BROKEN.map(async (broken) => [broken.what, await scriptOf(broken)] as const))
  // The names are part of URLs.
  const laboratory = new Laboratory(Object.fromEntries(scripts.map(([, script], index) => [`broken-${index}`, script])))
  await laboratory.open()
  const figures: Figures = {}
  const detect = async (index: number, what: string): Promise<void> => {
    await suite.run(`detects a version that ${what}, and shrinks the stream`, async () => {
      let streams = 0
      const count = (connection: Connection): void => {
        streams += connection.streams.length
      }
      const version = `broken-${index}`
      const order = { seed, streams: MAX_STREAMS, onCompared: count, version, enough: CANDIDATES }
      const { found } = await search(laboratory, order)
      assert.ok(found.length > 0, `${MAX_STREAMS} streams did not reveal it`)
      let example: CounterExample | undefined
      for (const one of found.sort((one, other) => effort(one.connection) - effort(other.connection))) {
        // Some depend on the state after several streams.
        example = await smallest(laboratory, one, version)
        if (isSmall(example)) break
      }
      assert.ok(example && isSmall(example), `failed to shrink it\n    ${example ? described(example) : ''}`)
      const bytes = described(example).split('\n')[1]?.trim() ?? ''
      figures[`a version that ${what}`] = `detected within ${streams} streams, by ${bytes}`
    })
  }
  try {
    await Promise.all(BROKEN.map(({ what }, index) => detect(index, what)))
  } finally {
    await laboratory.close()
  }
  return figures
}

/** Each try of an own connection waits for two reconnections. */
function effort({ kind, streams }: Connection): number {
  return kind === 'own' ? (streams[0]?.length ?? 0) : 0
}

function isSmall({ connection, isRepeatable }: CounterExample): boolean {
  return isRepeatable && connection.streams.length === 1 && (connection.streams[0]?.length ?? 0) <= MAX_BYTES
}
