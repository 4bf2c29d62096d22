/** Text and tables of the streams in many tabs. */

import { median, type Row } from '../bench.ts'
import type { TabsSample, TabsTable } from '../measures/tabs.ts'
import { middle, rowOf, table, titleOf, withRatio } from './table.ts'

const count = (value: number): string => value.toLocaleString('en')

export function tabsText(tables: TabsTable[]): string {
  const [first] = tables
  if (!first) return 'No browser was installed.'
  const { tabs, burst, single } = first
  return `${tabs} tabs of one browser follow the same stream: each with a native \`EventSource\`, each with ours, or all with a \`SharedEventSource\`,
which needs one connection. Over HTTP/1.1, a browser opens only six connections to an origin. So that all tabs are connected, those with
a connection each use several ports of the server. All but one of the tabs are in the background.

In the burst, the server sends ${count(burst.count)} messages of ${burst.size} bytes, ${burst.per} per chunk, as fast as they are read. Wall time is the time until all tabs
have received all messages. Then it sends ${count(single.count)} messages one at a time, one every ${single.every} ms. CPU time is per message and tab: the
“browser” is all processes of the browser. Latency is the time from just before the server's write to a tab's listener. The ratio to
native is in brackets.

Server and browser share the cores. The CPU time in the burst differs by up to ${spread(tables).toFixed(0)} % between rounds. The system counts it in steps of 10 ms
for each process, so small figures are rough. The clocks of Firefox and WebKit count whole milliseconds.`
}

export function tabsTables(tables: TabsTable[]): string {
  return tables.map(tableOf).join('\n\n')
}

function tableOf({ browser, rows }: TabsTable): string {
  const native = rowOf(rows, 'native')
  const cells = (row: Row<TabsSample>): string[] => [
    withRatio(row, native, ({ burst }) => burst.browser),
    withRatio(row, native, ({ burst }) => burst.server),
    withRatio(row, native, ({ burst }) => burst.wall),
    withRatio(row, native, ({ single }) => single.browser),
    withRatio(row, native, ({ single }) => single.server),
    ms(middle(row, ({ latency }) => latency.p50)),
    ms(middle(row, ({ latency }) => latency.p99)),
  ]
  const head = [
    '',
    'burst: browser, µs',
    'server, µs',
    'wall time, ms',
    'one at a time: browser, µs',
    'server, µs',
    'latency p50, ms',
    'p99, ms',
  ]
  const figures = table(
    head,
    rows.map((row) => [titleOf(row.contender), ...cells(row)]),
  )
  const shared = rowOf(rows, 'everysource-shared')
  const [p50, p99] = (['p50', 'p99'] as const).map((part) => ms(middle(shared, (sample) => behindLeader(sample, part))))
  return `${browser}:

${figures}

With \`SharedEventSource\`, a message reaches the listener of another tab ${p50} ms after that of the leading tab (p50; p99: ${p99} ms).`
}

export function behindLeader({ behindLeader }: TabsSample, part: 'p50' | 'p99'): number {
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
