/** Checks the benchmarks: the fixtures, a contender that loses a message, and the report. */

import assert from 'node:assert/strict'
import type { Suite } from '../test/tally.ts'
import { takeSample, type Bench, type Row } from './bench.ts'
import { parsers } from './contenders/list.ts'
import { checksumOf, Checksum, END, largeData } from './fixture.ts'
import type { Throughput } from './in-child/throughput.ts'
import { follow } from './measures/throughput.ts'
import { chart } from './report/chart.ts'
import { benchmarksPage } from './report/page.ts'
import { circumstances, type Results } from './report/results.ts'

/** Chunks of many messages, of one, and of parts of one. */
const BURSTS = [
  { size: 40, per: 100, count: 300 },
  { size: 176, per: 1, count: 300 },
  { size: 4_096, per: 10, count: 300 },
]

export async function checkFixtures(suite: Suite, { origin }: Bench): Promise<void> {
  for (const { size, per, count } of BURSTS) {
    await suite.run(`the server sends the expected messages: ${size} bytes, ${per} per chunk`, async () => {
      const events = await eventsAt(`${origin}/burst?size=${size}&per=${per}&count=${count}`)
      assert.ok(events.slice(0, -1).every((event) => event.length + 2 === size))
      const checksum = new Checksum()
      for (const event of events.slice(0, -1)) checksum.add(event.slice('data: '.length))
      assert.equal(String(checksum), checksumOf(count, size))
    })
  }
  for (const [lines, length] of [[1, 32_768] as const, [1_000, 32] as const]) {
    await suite.run(`the server sends the expected large event of ${lines} lines`, async () => {
      const [event = ''] = await eventsAt(`${origin}/large?lines=${lines}&length=${length}`)
      assert.equal(event.replaceAll('data: ', ''), largeData(lines, length))
    })
  }
  await suite.run('the baseline uses the same parser version as ours', () => {
    const [ours, baseline] = parsers()
    assert.equal(baseline, ours)
  })
  await suite.run('the checksum depends on the order and content of messages', () => {
    const [first, second, other] = [
      '{"n":10000001,"token":"a"}',
      '{"n":10000002,"token":"a"}',
      '{"n":10000001,"token":"ab"}',
    ]
    const sums = [[first, second], [second, first], [first], [other, second]].map((messages) => {
      const checksum = new Checksum()
      for (const message of messages) checksum.add(message)
      return String(checksum)
    })
    assert.equal(new Set(sums).size, sums.length)
  })
}

/** The encoded events of a stream, including the last one. */
async function eventsAt(url: string): Promise<string[]> {
  const abort = new AbortController()
  const { body } = await fetch(url, { signal: abort.signal })
  const decoder = new TextDecoder()
  let text = ''
  assert.ok(body)
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.endsWith(`data: ${END}\n\n`)) break
  }
  abort.abort()
  return text.slice(0, -2).split('\n\n')
}

export async function checkReport(suite: Suite, bench: Bench, results: Results): Promise<void> {
  const burst = { size: 176, per: 100, count: 300 }
  const rows: Row<Throughput>[] = ['baseline', 'everysource', 'dropping'].map((contender) => ({
    contender,
    samples: [],
  }))
  for (const row of rows) await takeSample(row, (contender) => follow(bench, contender, burst))
  const cell = { ...burst, rows }

  await suite.run('a contender that loses a message gets no figure', () => {
    const isVoid = rows.map((row) => row.void !== undefined)
    assert.deepEqual(isVoid, [false, false, true])
    const page = benchmarksPage({
      throughput: { circumstances: circumstances(), measured: { hadCores: false, cells: [cell] } },
    })
    assert.match(page, /\| dropping \| void \|/)
    assert.doesNotMatch(page, /NaN|undefined/)
  })
  await suite.run('the page works with any part of the results', () => {
    const parts = Object.entries(results).map(([name, result]): Results => ({ [name]: result }))
    for (const part of [{}, results, ...parts]) assert.doesNotMatch(benchmarksPage(part), /NaN|undefined/)
  })
  await suite.run('the chart omits contenders without a figure', () => {
    const svg = chart(cell)
    assert.deepEqual(
      ['baseline', 'everysource, EventSource', 'dropping'].map((title) => svg.includes(title)),
      [true, true, false],
    )
  })
}
