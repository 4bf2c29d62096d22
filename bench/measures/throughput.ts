/** Throughput: CPU time per message in bursts, by size and by messages per chunk. */

import assert from 'node:assert/strict'
import { inTurn, type Bench, type Row } from '../bench.ts'
import { CONTENDERS } from '../contenders/list.ts'
import { withCores } from '../cores.ts'
import { checksumOf } from '../fixture.ts'
import { runJob } from '../job.ts'
import type { Throughput } from '../inside/throughput.ts'

/** A stream to follow. */
interface Burst {
  /** Bytes of a message. */
  size: number
  /** Messages in a chunk. */
  per: number
  /** Messages in all. */
  count: number
  /** The least time from chunk to chunk, in µs; as fast as they are read, if there is none. */
  pace?: number
}

export interface ThroughputCell extends Burst {
  rows: Row<Throughput>[]
}

export interface ThroughputTables {
  /** Whether server and contender each had a core of their own. */
  hadCores: boolean
  cells: ThroughputCell[]
}

/**
 * In one go, or chunk by chunk: without a pause the system puts small chunks together, the more of them the slower the
 * contender is, and each would read another stream.
 */
const PACE = 50

const BURSTS: Burst[] = [40, 176, 4_096].flatMap((size) => [
  { size, per: 100, count: size > 1_000 ? 60_000 : 2_000_000 },
  { size, per: 10, count: 60_000, pace: PACE },
  { size, per: 1, count: 10_000, pace: PACE },
])

/** The one that stands for all where only whether it works is of interest. */
const SMOKE: Burst[] = [{ size: 176, per: 100, count: 1_000 }]

/** The machine's pace differs from one moment to the next by a half. */
const ROUNDS = 9

export function throughput(bench: Bench): Promise<ThroughputTables> {
  return withCores(bench.serverPid, async (command) => {
    const cells: ThroughputCell[] = []
    for (const burst of bench.smoke ? SMOKE : BURSTS) {
      const title = `${burst.size} bytes, ${burst.per} per chunk`
      if (!title.includes(bench.filter)) continue
      const rows = await inTurn(bench, title, ROUNDS, (contender) => {
        const slowness = burst.per > 1 ? (CONTENDERS[contender]?.slowness ?? 1) : 1
        const count = Math.max(burst.count / slowness, burst.per)
        return follow(bench, contender, { ...burst, count }, command)
      })
      cells.push({ ...burst, rows })
    }
    return { hadCores: command !== undefined, cells }
  })
}

/** One contender, once, in a process of its own; throws if it has not got what was sent. */
export async function follow(
  { origin }: Bench,
  contender: string,
  { size, per, count, pace = 0 }: Burst,
  command?: string[],
): Promise<Throughput> {
  const url = `${origin}/burst?size=${size}&per=${per}&count=${count}&pace=${pace}`
  const report = await runJob<Throughput>({ measure: 'throughput', contender, url, count }, command)
  assert.equal(report.checksum, checksumOf(count, size), 'it got something else than was sent')
  return report
}
