/** Text and tables of the streams in many tabs. */

import { median, type Row } from '../bench.ts'
import type { TabsSample, TabsTable } from '../measures/tabs.ts'
import { middle, rowOf, table, titleOf, withRatio } from './table.ts'

const PARTS = ['p50', 'p99'] as const

const count = (value: number): string => value.toLocaleString('en')

export function tabsText(tables: TabsTable[]): string {
  const [first] = tables
  if (!first) return 'No browser was installed.'
  const { tabs, burst, single } = first
  return `${tabs} tabs of one browser follow the same stream: each with a native \`EventSource\`, each with ours, or all with \`SharedEventSource\`
over one connection. One tab is visible, the others are in the background. Browsers open only six HTTP/1.1 connections to an origin, so
tabs with their own connections use several ports of the server.

The burst is ${count(burst.count)} messages of ${burst.size} bytes, ${burst.per} per chunk, as fast as they are read. Its wall time ends when all tabs have received all
messages. After it come ${count(single.count)} single messages, one every ${single.every} ms. CPU time is in µs per message and tab, for all processes of the browser
and for the server. Latency is the time from just before the server's write to a tab's listener. The ratio to native is in brackets.

Browser and server share the cores. Between rounds, the browser's CPU time in the burst differs by up to ${spread(tables).toFixed(0)} %. The system counts it in steps of
10 ms per process. The clocks of Firefox and WebKit count whole milliseconds.`
}

export function tabsTables(tables: TabsTable[]): string {
  return tables.map(tablesOf).join('\n\n')
}

function tablesOf({ browser, rows }: TabsTable): string {
  const native = rowOf(rows, 'native')
  const tableOf = (head: string[], cells: (row: Row<TabsSample>) => string[]): string =>
    table(
      ['', 'browser, µs', 'server, µs', ...head],
      rows.map((row) => [titleOf(row.contender), ...cells(row)]),
    )
  const costs = (row: Row<TabsSample>, what: 'burst' | 'single'): string[] => [
    withRatio(row, native, (sample) => sample[what].browser),
    withRatio(row, native, (sample) => sample[what].server),
  ]
  const bursts = tableOf(['wall time, ms'], (row) => [
    ...costs(row, 'burst'),
    withRatio(row, native, ({ burst }) => burst.wall),
  ])
  const singles = tableOf(['latency p50, ms', 'latency p99, ms'], (row) => [
    ...costs(row, 'single'),
    ms(middle(row, ({ latency }) => latency.p50)),
    ms(middle(row, ({ latency }) => latency.p99)),
  ])
  const shared = rowOf(rows, 'everysource-shared')
  const [p50, p99] = PARTS.map((part) => ms(middle(shared, (sample) => behindLeader(sample, part))))
  return `${browser}, burst:

${bursts}

${browser}, single messages:

${singles}

With \`SharedEventSource\`, the latency from the leading tab to another is ${p50} ms (p50) and ${p99} ms (p99).`
}

export function behindLeader({ behindLeader }: TabsSample, part: (typeof PARTS)[number]): number {
  return behindLeader?.[part] ?? NaN
}

/** For example `3.6`; values that the clocks of some browsers can't tell from 0 are `< 1`. */
function ms(value: number): string {
  if (Number.isNaN(value)) return 'void'
  return value < 1 ? '< 1' : value.toFixed(1)
}

/** The largest difference between the rounds of a row, in percent of the median. */
function spread(tables: TabsTable[]): number {
  const spreads = tables.flatMap(({ rows }) =>
    rows.map(({ samples }) => {
      const values = samples.map(({ burst }) => burst.browser)
      return (Math.max(...values) - Math.min(...values)) / (median(values) || NaN)
    }),
  )
  return 100 * Math.max(0, ...spreads.filter((value) => !Number.isNaN(value)))
}
