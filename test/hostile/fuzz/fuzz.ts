/** Random streams through our EventSource and through Chromium's at once: they must hear the same. */

import assert from 'node:assert/strict'
import { chromium } from '../../browser/chromium.ts'
import { buildMutant, type Mutation } from '../../mutation.ts'
import type { Suite } from '../../tally.ts'
import type { Figures, Part } from '../part.ts'
import { BROKEN } from './broken.ts'
import type { Connection } from './connections.ts'
import { described, smallest, type CounterExample } from './counter-example.ts'
import { expectationOf } from './expectation.ts'
import { comparedOf, hunt, type Found } from './hunt.ts'
import { Laboratory } from './laboratory.ts'
import { wholeNumber } from '../whole-number.ts'

const STREAMS = 20_000
const LONG_STREAMS = 1_000_000

/** How many streams a broken version may take to be noticed, and how many bytes show it then. */
const SOON_NOTICED = 4_000
const FEW_BYTES = 12
/** Out of how many connections that show it the one is chosen that is easiest to make small. */
const SOME = 3

/** No more than these are shrunk: they tend to be the same. After so many it gives up. */
const MOST_SHOWN = 5
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
    return { ...figures, ...(await noticeBrokenVersions(suite, seed)) }
  },
}

export interface Order {
  streams: number
  seed: number
  /** What there is to see while it runs for long. */
  progress?: (streams: number) => void
  /** Stops it; what has been found until then counts. */
  signal?: AbortSignal
}

/** Compares at least so many streams. Each find is printed as soon as it is made: whatever happens then, it is not lost. */
export async function compare(suite: Suite, { streams, seed, progress, signal }: Order): Promise<Figures> {
  const laboratory = new Laboratory()
  await laboratory.open()
  const started = performance.now()
  const counts = { streams: 0, exempt: 0, events: 0, bytes: 0, reconnections: 0 }
  const heard = (connection: Connection): void => {
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
  const tell = async (found: Found): Promise<void> => {
    console.log(`  seed ${found.seed} differs: ${found.differences[0]?.text ?? ''}`)
    if (shown++ < MOST_SHOWN) console.log(`  seed ${found.seed}: ${await madeSmall(laboratory, found)}`)
  }
  try {
    await suite.run(
      `${streams} streams, from seed ${seed} on, are heard as the native EventSource hears them`,
      async () => {
        const { found, failures, open } = await hunt(laboratory, { seed, streams, enough: ENOUGH, signal, heard, tell })
        if (open.length > 0) console.log(`  late, and not asked again: seeds ${open.join(', ')}`)
        const seeds = found.map((one) => one.seed).join(', ')
        assert.equal(found.length, 0, `${found.length} connections differ, of the seeds ${seeds}`)
        // Where it was stopped, its page may have been too.
        if (signal?.aborted === true) return
        assert.deepEqual(failures, [])
        assert.ok(counts.streams >= streams, `only ${counts.streams} streams were compared`)
      },
    )
  } finally {
    await laboratory.close()
  }
  const seconds = Math.round((performance.now() - started) / 1_000)
  const { streams: compared, exempt, events, bytes, reconnections } = counts
  return {
    'streams compared': compared,
    'further streams, on connections that Chromium is known to mishear: ours beside the standard alone': exempt,
    events,
    bytes,
    'reconnections compared': reconnections,
    seconds,
  }
}

/** As it is told; as it was found where it cannot be made smaller, because the page has gone. */
async function madeSmall(laboratory: Laboratory, found: Found): Promise<string> {
  try {
    return described(await smallest(laboratory, found))
  } catch (error) {
    return `${described({ ...found, isRepeatable: true })}\n    It could not be made smaller: ${String(error)}`
  }
}

/** It defines the global `everysource`. */
async function scriptOf(broken: Mutation): Promise<string> {
  const options = { format: 'iife', globalName: 'everysource', write: false } as const
  return (await buildMutant([broken], options)).outputFiles?.[0]?.text ?? ''
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
      const order = { seed, streams: SOON_NOTICED, heard: count, version, enough: SOME }
      const { found } = await hunt(laboratory, order)
      assert.ok(found.length > 0, `${SOON_NOTICED} streams did not show it`)
      let example: CounterExample | undefined
      for (const one of found.sort((one, other) => effort(one.connection) - effort(other.connection))) {
        // Some need what several streams leave behind.
        example = await smallest(laboratory, one, version)
        if (isSmall(example)) break
      }
      assert.ok(example && isSmall(example), `this is not small\n    ${example ? described(example) : ''}`)
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
