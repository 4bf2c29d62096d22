/** Throughput: CPU time per message in bursts, by size and by messages per chunk. */

import assert from 'node:assert/strict'
import { inTurn, type Bench, type Row } from '../bench.ts'
import { CONTENDERS } from '../contenders/list.ts'
import { withCores } from '../cores.ts'
import { checksumOf } from '../fixture.ts'
import { runJob } from '../job.ts'
import type { Throughput } from '../in-child/throughput.ts'

/** A stream to follow. */
interface Burst {
  /** Bytes per message. */
  size: number
  /** Messages per chunk. */
  per: number
  /** Number of messages. */
  count: number
  /** Minimum time between chunks in µs; as fast as they are read if absent. */
  pace?: number
}

export interface ThroughputCell extends Burst {
  rows: Row<Throughput>[]
}

export interface ThroughputTables {
  /** Whether server and contender ran on separate cores. */
  hadCores: boolean
  cells: ThroughputCell[]
}

/**
 * Pause between small chunks. Without it the system would join chunks, more of them for a slower contender, and each contender would
 * read a different stream.
 */
const PACE = 50

const BURSTS: Burst[] = [40, 176, 4_096].flatMap((size) => [
  { size, per: 100, count: size > 1_000 ? 60_000 : 2_000_000 },
  { size, per: 10, count: 60_000, pace: PACE },
  { size, per: 1, count: 10_000, pace: PACE },
])

/** The only burst of the smoke run. */
const SMOKE: Burst[] = [{ size: 176, per: 100, count: 1_000 }]

/** Many, because the speed of the machine varies by half. */
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

/** Runs one contender once in a separate process. Throws if it received other data than the server sent. */
export async function follow(
  { origin }: Bench,
  contender: string,
  { size, per, count, pace = 0 }: Burst,
  command?: string[],
): Promise<Throughput> {
  const url = `${origin}/burst?size=${size}&per=${per}&count=${count}&pace=${pace}`
  const report = await runJob<Throughput>({ measure: 'throughput', contender, url, count }, command)
  assert.equal(report.checksum, checksumOf(count, size), 'the data received differs from the data sent')
  return report
}
