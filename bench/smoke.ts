/** Whether the benchmarks can be relied on: the fixtures, what becomes of a contender that misses a message, the report. */

import assert from 'node:assert/strict'
import type { Suite } from '../test/tally.ts'
import { takeSample, type Bench, type Row } from './bench.ts'
import { parsers } from './contenders/list.ts'
import { checksumOf, Checksum, END, largeData } from './fixture.ts'
import type { Throughput } from './inside/throughput.ts'
import { follow } from './measures/throughput.ts'
import { chart } from './report/chart.ts'
import { benchmarksPage } from './report/page.ts'
import { circumstances, type Results } from './report/results.ts'

/** Each kind of chunk: many messages, one, and parts of one. */
const BURSTS = [
  { size: 40, per: 100, count: 300 },
  { size: 176, per: 1, count: 300 },
  { size: 4_096, per: 10, count: 300 },
]

export async function checkFixtures(suite: Suite, { origin }: Bench): Promise<void> {
  for (const { size, per, count } of BURSTS) {
    await suite.run(`what is sent is what is expected: ${size} bytes, ${per} per chunk`, async () => {
      const events = await eventsAt(`${origin}/burst?size=${size}&per=${per}&count=${count}`)
      assert.ok(events.slice(0, -1).every((event) => event.length + 2 === size))
      const checksum = new Checksum()
      for (const event of events.slice(0, -1)) checksum.add(event.slice('data: '.length))
      assert.equal(String(checksum), checksumOf(count, size))
    })
  }
  for (const [lines, length] of [[1, 32_768] as const, [1_000, 32] as const]) {
    await suite.run(`a large event of ${lines} lines is what is expected`, async () => {
      const [event = ''] = await eventsAt(`${origin}/large?lines=${lines}&length=${length}`)
      assert.equal(event.replaceAll('data: ', ''), largeData(lines, length))
    })
  }
  await suite.run('the floor has the parser that ours ships', () => {
    const [ours, floors] = parsers()
    assert.equal(floors, ours)
  })
  await suite.run('a checksum tells order, and what is in a message', () => {
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

/** The events of a stream as they are sent, up to its end, and that. */
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
  const rows: Row<Throughput>[] = ['floor', 'everysource', 'dropping'].map((contender) => ({ contender, samples: [] }))
  for (const row of rows) await takeSample(row, (contender) => follow(bench, contender, burst))
  const cell = { ...burst, rows }

  await suite.run('a contender that misses a message has no figure', () => {
    const isVoid = rows.map((row) => row.void !== undefined)
    assert.deepEqual(isVoid, [false, false, true])
    const page = benchmarksPage({
      throughput: { circumstances: circumstances(), measured: { hadCores: false, cells: [cell] } },
    })
    assert.match(page, /\| dropping \| void \|/)
    assert.doesNotMatch(page, /NaN|undefined/)
  })
  await suite.run('the page shows what there is, all or a part', () => {
    const parts = Object.entries(results).map(([name, result]): Results => ({ [name]: result }))
    for (const part of [{}, results, ...parts]) assert.doesNotMatch(benchmarksPage(part), /NaN|undefined/)
  })
  await suite.run('the chart shows who has a figure', () => {
    const svg = chart(cell)
    assert.deepEqual(
      ['the floor', 'everysource, EventSource', 'dropping'].map((title) => svg.includes(title)),
      [true, true, false],
    )
  })
}
