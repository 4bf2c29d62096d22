/** The sections of docs/benchmarks.md, each made of what one measure has found. */

import type { Measured } from './results.ts'
import { burstTables, pacedTable } from './bursts.ts'
import { figure, middle, ratio, rowOf, table, titleOf, withRatio } from './table.ts'

interface Section<Name extends keyof Measured> {
  title: string
  text: (measured: Measured[Name]) => string
}

export const SECTIONS: { [Name in keyof Measured]: Section<Name> } = {
  throughput: {
    title: 'Throughput',
    text: (
      cells,
    ) => `CPU time of all threads of the process, user and system, in µs per message; in brackets its ratio to the
floor's. The first tenth of the messages is to warm up and is not counted. A chunk is one write of the server, which sends as
fast as it is read: while a contender works, the system may put chunks together, so that it reads several at once. The last
table is of messages that come alone, each in a chunk of its own and long enough after the one before to be read by itself, as
those of a model do.

${burstTables(cells)}`,
  },
  latency: {
    title: 'Latency',
    text: ({ messages, every, rows }) => {
      const p50 = (contender: string): number => middle(rowOf(rows, contender), (sample) => sample.p50)
      const p99 = (contender: string): number => middle(rowOf(rows, contender), (sample) => sample.p99)
      return `From just before the server's write to the listener, in µs, with a message each ${every} ms, ${figure(messages)} in a
process. Both ends read the same monotonic clock. In brackets the ratio to the floor's; medians of the rounds.

${table(
  ['', 'p50', 'p99'],
  rows.map(({ contender }) => [
    titleOf(contender),
    withRatio(p50(contender), p50('floor')),
    withRatio(p99(contender), p99('floor')),
  ]),
)}`
    },
  },
  memory: {
    title: 'Memory',
    text: ({ connections, rows }) => {
      const heap = (contender: string): number => middle(rowOf(rows, contender), (sample) => sample.heap / 1_000)
      const resident = (contender: string): number =>
        middle(rowOf(rows, contender), (sample) => sample.resident / 1_000)
      return `What an open connection takes, in kB: what ${figure(connections)} connections that have each had one message and are silent
then add to a process that has had one, after garbage collection, divided by their number. In brackets the ratio to the floor's.

${table(
  ['', 'heap', 'resident'],
  rows.map(({ contender }) => [
    titleOf(contender),
    withRatio(heap(contender), heap('floor')),
    withRatio(resident(contender), resident('floor')),
  ]),
)}`
    },
  },
  growth: {
    title: 'Growth',
    text: (
      tables,
    ) => `The time until a message, or one message on every connection, is there, in ms. In brackets the CPU time per unit against
that of the size before: 1.00 is linear, and eight times the size costs at most nine times the time if it is no more than 1.13.

${tables
  .map(({ title, unit, sizes }) => {
    const contenders = sizes[0]?.rows.map(({ contender }) => contender) ?? []
    const rows = contenders.map((contender) => {
      const perUnit = sizes.map(({ size, rows }) => middle(rowOf(rows, contender), ({ cpu }) => cpu / size))
      const cells = sizes.map(({ rows }, index) => {
        const time = figure(middle(rowOf(rows, contender), ({ wall }) => wall))
        return index === 0 ? time : `${time} (${ratio((perUnit[index] ?? NaN) / (perUnit[index - 1] ?? NaN))})`
      })
      return [titleOf(contender), ...cells]
    })
    return `${title}:\n\n${table(['', ...sizes.map(({ size }) => `${size.toLocaleString('en')} ${unit}`)], rows)}`
  })
  .join('\n\n')}`,
  },
  'long-run': {
    title: 'A long run',
    text: ({
      messages,
      size,
      rows,
    }) => `${messages.toLocaleString('en')} messages of ${size} bytes on one connection. The heap is read, after garbage collection, at each
twentieth; the trend is that of a line through all readings but the first.

${table(
  ['', 'lowest heap, kB', 'highest, kB', 'trend, bytes per million messages', 'CPU per message, µs'],
  rows.map((row) => [
    titleOf(row.contender),
    figure(middle(row, ({ heaps }) => Math.min(...heaps) / 1_000)),
    figure(middle(row, ({ heaps }) => Math.max(...heaps) / 1_000)),
    figure(middle(row, ({ heaps }) => (trend(heaps.slice(1)) * heaps.length) / (messages / 1e6))),
    figure(middle(row, ({ cpuPerMessage }) => cpuPerMessage)),
  ]),
)}`,
  },
  'start-up': {
    title: 'Start-up',
    text: ({ imports, sizes }) => `The time of \`import()\` in a fresh process, in ms:

${table(
  ['', 'import, ms'],
  imports.map((row) => [row.contender, figure(middle(row, (time) => time))]),
)}

What a program that uses only this has in a page: bundled and minified by esbuild for ES2022, and \`gzip -9\`. In
launchdarkly-eventsource's, \`node:http\` stays outside; undici is for Node alone.

${table(
  ['', 'minified, bytes', 'gzipped, bytes'],
  sizes.map(({ title, minified, gzipped }) => [title, ...[minified, gzipped].map((size) => size.toLocaleString('en'))]),
)}`,
  },
  deno: {
    title: 'Deno',
    text: (measured) =>
      measured === undefined
        ? 'It was not installed.'
        : `${measured.version}, its own \`EventSource\` and ours, each in a process of its own: messages of ${measured.size} bytes, ${measured.per} in a chunk. In
brackets the ratio to its own.

${pacedTable(measured.rows)}`,
  },
  browsers: {
    title: 'Browsers',
    text: (
      tables,
    ) => `The browser's own \`EventSource\` and ours in one page, in turn. Wall time in µs per message of a burst, for a page cannot read
its CPU time; in brackets the ratio to its own. A browser's own has its events made by the browser; ours is given a task of the
page's for each.

${tables
  .map(({ browser, size, per, rows }) => `${browser}, ${size} bytes, ${per} per chunk:\n\n${pacedTable(rows)}`)
  .join('\n\n')}`,
  },
}

/** The slope of the line through the values, per value. */
export function trend(values: number[]): number {
  const mean = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const [meanIndex, meanValue] = [(values.length - 1) / 2, mean(values)]
  const covariance = mean(values.map((value, index) => (index - meanIndex) * (value - meanValue)))
  return covariance / mean(values.map((_, index) => (index - meanIndex) ** 2))
}
