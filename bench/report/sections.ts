/** The sections of docs/background/benchmarks.md, one per measure. */

import type { Row } from '../bench.ts'
import type { Cost } from '../in-child/large.ts'
import { WARM_UP } from '../in-child/latency.ts'
import { burstTables, pacedTable } from './bursts.ts'
import type { Measured } from './results.ts'
import { tabsText, tabsTables } from './tabs.ts'
import { figure, middle, ratio, rowOf, table, titleOf, withRatio } from './table.ts'

interface Section<Name extends keyof Measured> {
  title: string
  /** Explains the method and the ratios. */
  prose: (measured: Measured[Name]) => string
  tables: (measured: Measured[Name]) => string
}

export const SECTIONS: { [Name in keyof Measured]: Section<Name> } = {
  throughput: {
    title: 'Throughput',
    prose({ hadCores }) {
      const cores = hadCores ? ' Server and contender run on separate cores.' : ''
      return `CPU time of all threads of the process, user and system, in µs per message, with the ratio to the baseline in brackets. The first
fifth of the messages is warm-up and does not count.${cores}

A chunk is one write of the server. Chunks of 100 messages are sent as fast as they are read. After a chunk of 10 messages or of one,
like the tokens of a model, the server sleeps for at least 50 µs, so that each chunk is read separately. (Without the pause, the system
joins chunks while a contender is busy, so slower contenders would read fewer of them.) “Waits at 1” is the number of waits
per message at 1 per chunk: 1 means that every message was read separately.`
    },
    tables: burstTables,
  },

  latency: {
    title: 'Latency',
    prose({ messages, every, hadCores }) {
      const cores = hadCores ? ' Server and contender run on separate cores.' : ''
      return `Time in µs from just before the server's write to the listener, with a message every ${every} ms. Each process receives ${count(messages)} messages,
the first ${count(messages * WARM_UP)} as warm-up. Both ends read the same monotonic clock.${cores} The ratio to the baseline is in brackets.
It is the median of each round's ratio, so it may differ from the ratio of the two medians. The 99th percentile depends
as much on the system as on the contender: it varies by half between rounds.`
    },
    tables({ rows }) {
      return relativeToBaseline(rows, { p50: (sample) => sample.p50, p99: (sample) => sample.p99 })
    },
  },

  memory: {
    title: 'Memory',
    prose({ connections }) {
      return `Memory of an open connection in kB, with the ratio to the baseline in brackets. Each process starts with ${count(connections / 5)} idle connections.
We add ${count(connections)}, each after one message. The growth after garbage collection is divided by the number added.`
    },
    tables({ rows }) {
      return relativeToBaseline(rows, {
        heap: ({ heap }) => heap / 1_000,
        resident: ({ resident }) => resident / 1_000,
      })
    },
  },

  growth: {
    title: 'Growth',
    prose() {
      return `Time in ms until a message, or one message on every connection, has arrived. In brackets is the CPU time per unit relative to the
previous size: 1.00 is linear. Up to 1.13, eight times the size costs at most nine times the time.`
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
      return `${count(messages)} messages of ${size} bytes on one connection. The heap is measured 20 times, after garbage collection. The trend is the slope
of a line through all readings except the first.`
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
      return `The first table is the time of \`import()\` in a new Node process. The second is the size of a program for browsers that uses only
this export, bundled and minified by esbuild for ES2022, and compressed by \`gzip -9\`. For launchdarkly-eventsource, \`node:http\` is not
included; undici only runs in Node. The last table has the parts of \`EventSource\`, whose gzipped sizes are their shares of the total.`
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
      if (!measured) return 'Deno was not installed.'
      return `${measured.version}, with the native \`EventSource\` and ours in separate processes: messages of ${measured.size} bytes, ${measured.per} per chunk, as fast
as they are read. Time per message, with the ratio to native in brackets.`
    },
    tables(measured) {
      return measured ? pacedTable(measured.rows) : ''
    },
  },

  browsers: {
    title: 'Browsers',
    prose() {
      return `The browser's native \`EventSource\` and ours in turn, in one page, with messages as fast as they are read. Wall time per message from
the request to the last of 100,000 messages, because a page can't read its CPU time. The ratio to native is in brackets.`
    },
    tables(tables) {
      return tables
        .map(({ browser, size, per, rows }) => `${browser}, ${size} bytes, ${per} per chunk:\n\n${pacedTable(rows)}`)
        .join('\n\n')
    },
  },

  tabs: { title: 'Tabs', prose: tabsText, tables: tabsTables },
}

const count = (value: number): string => value.toLocaleString('en')

/** A table whose columns are figures, each with its ratio to the baseline. */
function relativeToBaseline<Sample>(rows: Row<Sample>[], figures: Record<string, (sample: Sample) => number>): string {
  const baseline = rowOf(rows, 'baseline')
  const cells = (row: Row<Sample>): string[] => Object.values(figures).map((take) => withRatio(row, baseline, take))
  return table(
    ['', ...Object.keys(figures)],
    rows.map((row) => [titleOf(row.contender), ...cells(row)]),
  )
}

/** The times of a contender, each but the first with its cost per unit relative to the previous size. */
function growing(contender: string, sizes: { size: number; rows: Row<Cost>[] }[]): string[] {
  const perUnit = sizes.map(({ size, rows }) => middle(rowOf(rows, contender), ({ cpu }) => cpu / size))
  return sizes.map(({ rows }, index) => {
    const time = figure(middle(rowOf(rows, contender), ({ wall }) => wall))
    return index === 0 ? time : `${time} (${ratio((perUnit[index] ?? NaN) / (perUnit[index - 1] ?? NaN))})`
  })
}

/** The slope of a line through the values, per value. */
export function trend(values: number[]): number {
  const mean = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const [meanIndex, meanValue] = [(values.length - 1) / 2, mean(values)]
  const covariance = mean(values.map((value, index) => (index - meanIndex) * (value - meanValue)))
  return covariance / mean(values.map((_, index) => (index - meanIndex) ** 2))
}
