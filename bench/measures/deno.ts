/** Deno: the native EventSource and ours. */

import { missing, RUNTIMES, versionOf } from '../../test/runtimes/list.ts'
import { inTurn, type Bench, type Row } from '../bench.ts'
import type { Throughput } from '../in-child/throughput.ts'
import { follow } from './throughput.ts'

export interface DenoTable {
  version: string
  size: number
  per: number
  rows: Row<Throughput>[]
}

const BURST = { size: 176, per: 100, count: 1_000_000 }
const CONTENDERS = ['native', 'everysource', 'everysource-loop', 'baseline']
const ROUNDS = 7

/** Returns undefined if Deno is not installed. */
export async function deno(bench: Bench): Promise<DenoTable | undefined> {
  const { deno: command = [] } = RUNTIMES
  const absent = missing(command)
  if (absent !== undefined) {
    bench.suite.missing(absent)
    return undefined
  }
  const burst = bench.smoke ? { ...BURST, count: 1_000 } : BURST
  const take = (contender: string): Promise<Throughput> => follow(bench, contender, burst, command)
  return { version: versionOf('deno'), ...BURST, rows: await inTurn(bench, 'deno', ROUNDS, take, CONTENDERS) }
}
