/** The sections of docs/background/benchmarks.md, each made of what one measure has found. */

import type { Row } from '../bench.ts'
import type { Cost } from '../inside/large.ts'
import { WARM_UP } from '../inside/latency.ts'
import { burstTables, pacedTable } from './bursts.ts'
import type { Measured } from './results.ts'
import { figure, middle, ratio, rowOf, table, titleOf, withRatio } from './table.ts'

interface Section<Name extends keyof Measured> {
  title: string
  /** How it is measured, and what the ratios are. */
  prose: (measured: Measured[Name]) => string
  tables: (measured: Measured[Name]) => string
}

export const SECTIONS: { [Name in keyof Measured]: Section<Name> } = {
  throughput: {
    title: 'Throughput',
    prose({ hadCores }) {
      const cores = hadCores ? ' Server and contender have each a core of their own.' : ''
      return `CPU time of all threads of the process, user and system, in µs per message; in brackets its ratio to the floor's. The first
fifth of the messages is to warm up and is not counted.${cores} A chunk is one write of the server. Those of 100 messages come
as fast as they are read; after one of 10, or of a single message, as a model sends its tokens, the server sleeps for 50 µs or
somewhat more, so that each is read by itself.
(The system puts together what comes while a contender works: without the pause, the slower a contender, the fewer its reads.) How
often a process waited for each message at 1 per chunk is in the last column: 1 where every message was a read of its own.`
    },
    tables: burstTables,
  },

  latency: {
    title: 'Latency',
    prose({ messages, every, hadCores }) {
      const cores = hadCores ? ', and server and contender have each a core of their own' : ''
      return `From just before the server's write to the listener, in µs, with a message each ${every} ms, ${count(messages)} in a process, the first
${count(messages * WARM_UP)} not counted. Both ends read the same monotonic clock${cores}. The 99th percentile is that of the system as much as
of what it runs: it differs from round to round by half. In brackets the ratio to the floor's.`
    },
    tables({ rows }) {
      return againstFloor(rows, { p50: (sample) => sample.p50, p99: (sample) => sample.p99 })
    },
  },

  memory: {
    title: 'Memory',
    prose({ connections }) {
      return `What an open connection takes, in kB: what ${count(connections)} connections that have each had one message and are silent then add to
a process that has a fifth as many, after garbage collection, divided by their number. In brackets the ratio to the floor's.`
    },
    tables({ rows }) {
      return againstFloor(rows, { heap: ({ heap }) => heap / 1_000, resident: ({ resident }) => resident / 1_000 })
    },
  },

  growth: {
    title: 'Growth',
    prose() {
      return `The time until a message, or one message on every connection, is there, in ms. In brackets the CPU time per unit against
that of the size before: 1.00 is linear, and eight times the size costs at most nine times the time if it is no more than 1.13.`
    },
    tables(tables) {
      return tables
        .map(({ title, unit, sizes }) => {
          const head = ['', ...sizes.map(({ size }) => `${count(size)} ${unit}`)]
          const rows = (sizes[0]?.rows ?? []).map(({ contender }) => [titleOf(contender), ...growing(contender, sizes)])
          return `${title}:\n\n${table(head, rows)}`
        })
        .join('\n\n')
    },
  },

  'long-run': {
    title: 'A long run',
    prose({ messages, size }) {
      return `${count(messages)} messages of ${size} bytes on one connection. The heap is read, after garbage collection, at each twentieth of
them; the trend is that of a line through all readings but the first.`
    },
    tables({ messages, rows }) {
      return table(
        ['', 'lowest heap, kB', 'highest, kB', 'trend, bytes per million messages', 'CPU per message, µs'],
        rows.map((row) => [
          titleOf(row.contender),
          figure(middle(row, ({ heaps }) => Math.min(...heaps) / 1_000)),
          figure(middle(row, ({ heaps }) => Math.max(...heaps) / 1_000)),
          figure(middle(row, ({ heaps }) => (trend(heaps.slice(1)) * heaps.length) / (messages / 1e6))),
          figure(middle(row, ({ cpuPerMessage }) => cpuPerMessage)),
        ]),
      )
    },
  },

  'start-up': {
    title: 'Start-up',
    prose() {
      return `The time of \`import()\` in a fresh process of Node. Then what a program that uses only this has in a page: bundled and minified
by esbuild for ES2022, and \`gzip -9\`. In launchdarkly-eventsource's, \`node:http\` stays outside; undici is for Node alone. Last,
what each part of \`EventSource\` is for; of the gzipped bytes it has its share of the minified ones.`
    },
    tables({ imports, sizes, parts }) {
      const times = imports.map((row) => [row.contender, figure(middle(row, (time) => time))])
      const bytes = (rows: typeof sizes): string[][] =>
        rows.map(({ title, minified, gzipped }) => [title, count(minified), count(Math.round(gzipped))])
      return [
        table(['', 'import, ms'], times),
        table(['', 'minified, bytes', 'gzipped, bytes'], bytes(sizes)),
        table(['of `EventSource` alone', 'minified, bytes', 'gzipped, bytes'], bytes(parts)),
      ].join('\n\n')
    },
  },

  deno: {
    title: 'Deno',
    prose(measured) {
      if (!measured) return 'It was not installed.'
      return `${measured.version}, its own \`EventSource\` and ours, each in a process of its own: messages of ${measured.size} bytes, ${measured.per} in a chunk, as fast
as they are read. Time per message; in brackets the ratio to its own.`
    },
    tables(measured) {
      return measured ? pacedTable(measured.rows) : ''
    },
  },

  browsers: {
    title: 'Browsers',
    prose() {
      return `The browser's own \`EventSource\` and ours in one page, in turn, messages as fast as they are read. Wall time per message, for a
page cannot read its CPU time, from the request to the last of 100,000 messages; in brackets the ratio to its own.`
    },
    tables(tables) {
      return tables
        .map(({ browser, size, per, rows }) => `${browser}, ${size} bytes, ${per} per chunk:\n\n${pacedTable(rows)}`)
        .join('\n\n')
    },
  },
}

const count = (value: number): string => value.toLocaleString('en')

/** A table whose columns are figures, each with its ratio to the floor's. */
function againstFloor<Sample>(rows: Row<Sample>[], figures: Record<string, (sample: Sample) => number>): string {
  const floor = rowOf(rows, 'floor')
  const cells = (row: Row<Sample>): string[] => Object.values(figures).map((take) => withRatio(row, floor, take))
  return table(
    ['', ...Object.keys(figures)],
    rows.map((row) => [titleOf(row.contender), ...cells(row)]),
  )
}

/** The times of a contender, each but the first with its cost per unit against the one before. */
function growing(contender: string, sizes: { size: number; rows: Row<Cost>[] }[]): string[] {
  const perUnit = sizes.map(({ size, rows }) => middle(rowOf(rows, contender), ({ cpu }) => cpu / size))
  return sizes.map(({ rows }, index) => {
    const time = figure(middle(rowOf(rows, contender), ({ wall }) => wall))
    return index === 0 ? time : `${time} (${ratio((perUnit[index] ?? NaN) / (perUnit[index - 1] ?? NaN))})`
  })
}

/** The slope of the line through the values, per value. */
export function trend(values: number[]): number {
  const mean = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const [meanIndex, meanValue] = [(values.length - 1) / 2, mean(values)]
  const covariance = mean(values.map((value, index) => (index - meanIndex) * (value - meanValue)))
  return covariance / mean(values.map((_, index) => (index - meanIndex) ** 2))
}
