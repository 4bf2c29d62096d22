/** Latency: from the server's write to the listener, with a message every 2 ms. */

import assert from 'node:assert/strict'
import { few, inTurn, type Bench, type Row } from '../bench.ts'
import { withCores } from '../cores.ts'
import type { Latency } from '../in-child/latency.ts'
import { runJob } from '../job.ts'

export interface LatencyTable {
  messages: number
  /** Interval in ms. */
  every: number
  /** Whether server and contender ran on separate cores. */
  hadCores: boolean
  rows: Row<Latency>[]
}

const EVERY = 2
const MESSAGES = 2_200
const ROUNDS = 5

export async function latency(bench: Bench): Promise<LatencyTable> {
  const count = bench.smoke ? 50 : MESSAGES
  const url = `${bench.origin}/ticks?count=${count}&every=${EVERY}`
  return withCores(bench.serverPid, async (command) => {
    const take = async (contender: string): Promise<Latency> => {
      const report = await runJob<Latency>({ measure: 'latency', contender, url, count }, command)
      assert.equal(report.messages, count, 'wrong number of messages')
      return report
    }
    const rows = await inTurn(bench, `a message every ${EVERY} ms`, ROUNDS, take, few(bench))
    return { messages: count, every: EVERY, hadCores: command !== undefined, rows }
  })
}
