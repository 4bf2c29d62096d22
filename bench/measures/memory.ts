/** Memory: the average cost of an open idle connection. */

import { few, inTurn, type Bench, type Row } from '../bench.ts'
import type { Memory } from '../in-child/memory.ts'
import { runJob } from '../job.ts'

export interface MemoryTable {
  connections: number
  rows: Row<Memory>[]
}

const CONNECTIONS = 1_000
const ROUNDS = 3

export async function memory(bench: Bench): Promise<MemoryTable> {
  const count = bench.smoke ? 20 : CONNECTIONS
  const url = `${bench.origin}/idle`
  const take = (contender: string): Promise<Memory> => runJob<Memory>({ measure: 'memory', contender, url, count })
  const rows = await inTurn(bench, `${count} connections`, ROUNDS, take, few(bench))
  return { connections: count, rows }
}
