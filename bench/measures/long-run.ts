/** The long run: checks that the heap does not grow over 20 million messages. */

import assert from 'node:assert/strict'
import { few, inTurn, type Bench, type Row } from '../bench.ts'
import { checksumOf } from '../fixture.ts'
import type { LongRun } from '../in-child/long-run.ts'
import { runJob } from '../job.ts'

export interface LongRunTable {
  messages: number
  size: number
  rows: Row<LongRun>[]
}

const MESSAGES = 20_000_000
const SIZE = 176
const PER = 100
const CONTENDERS = ['baseline', 'everysource', 'everysource-loop']

export async function longRun(bench: Bench): Promise<LongRunTable> {
  const count = bench.smoke ? 2_000 : MESSAGES
  const url = `${bench.origin}/burst?size=${SIZE}&per=${PER}&count=${count}`
  const take = async (contender: string): Promise<LongRun> => {
    const report = await runJob<LongRun>({ measure: 'long-run', contender, url, count })
    assert.equal(report.checksum, checksumOf(count, SIZE), 'the data received differs from the data sent')
    return report
  }
  return {
    messages: count,
    size: SIZE,
    rows: await inTurn(bench, `${count} messages`, 1, take, few({ ...bench, contenders: CONTENDERS })),
  }
}
