/** The project's performance targets, with the measured figures. */

import type { Row } from '../bench.ts'
import type { Latency } from '../in-child/latency.ts'
import { cpu, tokenCell } from './bursts.ts'
import type { Results } from './results.ts'
import { trend } from './sections.ts'
import { behindLeader } from './tabs.ts'
import { against, figure, middle, ratio, rowOf, table } from './table.ts'

interface Target {
  what: string
  /** Maximum. */
  limit: number
  /** Measured value; NaN if not measured. */
  value: number
  show: (value: number) => string
  /** Why the target is missed, if known. */
  obstacle?: string
}

/** A table of all measured targets, and the reasons for those that are missed. */
export function targetsTable(results: Results): string {
  const all = [
    ...throughputTargets(results),
    ...connectionTargets(results),
    ...growthTargets(results),
    ...otherTargets(results),
    ...tabsTargets(results),
  ]
  const targets = all.filter(({ value }) => !Number.isNaN(value))
  const isMet = ({ value, limit }: Target): boolean => value <= limit
  const rows = targets.map((target) => [
    target.what,
    target.show(target.limit),
    target.show(target.value),
    isMet(target) ? 'yes' : '**no**',
  ])
  const obstacles = targets.flatMap(({ obstacle, ...target }) =>
    obstacle === undefined || isMet(target) ? [] : [obstacle],
  )
  const list = [...new Set(obstacles)].map((obstacle) => `- ${obstacle}`)
  const parts = [table(['', 'at most', 'measured', 'met'], rows)]
  if (list.length > 0) parts.push('Why some targets are missed:', list.join('\n'))
  return parts.join('\n\n')
}

const TASKS =
  'Bursts: half of the extra time is the task that each message gets with `setImmediate`, half the event and its dispatch by the platform. Neither the baseline nor eventsource queues a task per message.'
const AWAITING = 'Loops: `await` needs a promise, a result object and a microtask for each message.'
const NOISE =
  'One message per write: most of the time is spent in the system and in `fetch`, and runs differ by a tenth.'
const NO_FETCH =
  'The 99th percentile: launchdarkly-eventsource, which usually has the lowest, uses `node:http` instead of `fetch` and its streams.'
const WEIGHT =
  'Sizes: apart from the parser, most of the code is options, their checks, and helpful errors. The last table of [Start-up](#start-up) has the size of each part.'
const CONNECTION =
  'Heap: each connection has objects for the task queue, the decoder with its buffer limit, and reconnection.'

function throughputTargets({ throughput }: Results): Target[] {
  const bursts = tokenCell(throughput?.measured, 100)?.rows
  const singles = tokenCell(throughput?.measured, 1)?.rows
  const of = (
    what: string,
    limit: number,
    rows: typeof bursts,
    [mine, theirs]: [string, string],
    obstacle?: string,
  ): Target => {
    const value = against(rowOf(rows, mine), rowOf(rows, theirs), cpu)
    return { what, limit, value, show: ratio, ...(obstacle !== undefined && { obstacle }) }
  }
  const [source, loop] = ['everysource', 'everysource-loop']
  const inBurst = '`EventSource`, 176 bytes, 100 per chunk: CPU relative to'
  const alone = '`EventSource`, 176 bytes, 1 per chunk: CPU relative to'
  const inLoop = '`streamEvents`, 176 bytes, 100 per chunk: CPU relative to'
  return [
    of(`${inBurst} the baseline`, 1.9, bursts, [source, 'baseline'], TASKS),
    of(`${inBurst} eventsource`, 0.5, bursts, [source, 'eventsource'], TASKS),
    of(`${alone} the baseline`, 1.2, singles, [source, 'baseline']),
    of(`${alone} eventsource`, 1, singles, [source, 'eventsource'], NOISE),
    of(`${alone} undici`, 1, singles, [source, 'undici'], NOISE),
    of(`${inLoop} the baseline`, 1.2, bursts, [loop, 'baseline'], AWAITING),
    of(`${inLoop} eventsource-client's iterator`, 1, bursts, [loop, 'eventsource-client-loop']),
  ]
}

function connectionTargets({ latency, memory }: Results): Target[] {
  const latencies = latency?.measured.rows
  const peers = (latencies ?? []).filter(
    (row) => !/^(baseline|everysource)/.test(row.contender) && !Number.isNaN(middle(row, p99)),
  )
  const [best] = peers.sort((one, other) => middle(one, p99) - middle(other, p99))
  const delay = rowOf(latencies, 'everysource')
  const heap = rowOf(memory?.measured.rows, 'everysource')
  const heapAgainst = (contender: string): number =>
    against(heap, rowOf(memory?.measured.rows, contender), ({ heap: bytes }) => bytes)
  return [
    {
      what: 'Latency of `EventSource`, p50, relative to the baseline',
      limit: 1.1,
      value: against(delay, rowOf(latencies, 'baseline'), ({ p50 }) => p50),
      show: ratio,
    },
    {
      what: 'Latency of `EventSource`, p99, relative to the best peer',
      limit: 1,
      value: against(delay, best, p99),
      show: ratio,
      obstacle: NO_FETCH,
    },
    {
      what: 'Heap per connection of `EventSource`, relative to the baseline',
      limit: 1.1,
      value: heapAgainst('baseline'),
      show: ratio,
      obstacle: CONNECTION,
    },
    {
      what: 'Heap per connection of `EventSource`, relative to eventsource',
      limit: 1,
      value: heapAgainst('eventsource'),
      show: ratio,
      obstacle: CONNECTION,
    },
  ]
}

const p99 = (sample: Latency): number => sample.p99

/** Nine times the time for eight times the size, per unit. */
const LINEAR = 9 / 8

function growthTargets({ growth }: Results): Target[] {
  return (growth?.measured ?? []).flatMap(({ unit, sizes }) =>
    ['everysource', 'everysource-loop'].flatMap((contender) =>
      sizes.slice(1).map(({ size, rows }, index): Target => {
        const before = sizes[index]
        const mine = middle(rowOf(rows, contender), ({ cpu }) => cpu / size)
        const smaller = middle(rowOf(before?.rows, contender), ({ cpu }) => cpu / (before?.size ?? NaN))
        const name = contender === 'everysource' ? '`EventSource`' : '`streamEvents`'
        const what = `${name}, ${size.toLocaleString('en')} ${unit}: CPU per unit relative to ${before?.size.toLocaleString('en') ?? ''}`
        return { what, limit: LINEAR, value: mine / smaller, show: ratio }
      }),
    ),
  )
}

/** Growth over the whole long run that counts as none, in kB. */
const FLAT = 1_000

/** Limits of bundle sizes, in bytes. */
const SIZES: [name: string, limit: number][] = [
  ['`EventSource` alone', 13_200],
  ['`streamEvents` alone', 13_000],
  ['`EventDecoderStream` alone', 3_300],
  ['`fetchEventSource` alone', 4_900],
  ['the `<script>`', 17_000],
]

function otherTargets(results: Results): Target[] {
  const longRun = results['long-run']?.measured
  const growthOf = (contender: string): number =>
    middle(rowOf(longRun?.rows, contender), ({ heaps }) => (trend(heaps.slice(1)) * heaps.length) / 1_000)
  const { imports, sizes } = results['start-up']?.measured ?? {}
  const gzipped = (name: string): number => sizes?.find(({ title }) => title.includes(name))?.gzipped ?? NaN
  const wall = (rows: Row<{ wallPerMessage: number }>[] | undefined, contender = 'everysource'): number =>
    against(rowOf(rows, contender), rowOf(rows, 'native'), ({ wallPerMessage }) => wallPerMessage)
  const deno = results.deno?.measured?.rows
  const inBrowser = (name: string, contender?: string): number =>
    wall(results.browsers?.measured.find(({ browser }) => browser.startsWith(name))?.rows, contender)
  return [
    {
      what: 'A long run of `EventSource`: heap growth, kB',
      limit: FLAT,
      value: growthOf('everysource'),
      show: figure,
    },
    {
      what: 'A long run of `streamEvents`: heap growth, kB',
      limit: FLAT,
      value: growthOf('everysource-loop'),
      show: figure,
    },
    {
      what: 'Importing everysource, relative to eventsource',
      limit: 1,
      value: against(rowOf(imports, 'everysource'), rowOf(imports, 'eventsource'), (time) => time),
      show: ratio,
    },
    {
      what: 'A burst in Chromium: wall time relative to native',
      limit: 2.7,
      value: inBrowser('Chromium'),
      show: ratio,
    },
    {
      what: 'A burst in Firefox: wall time relative to native',
      limit: 1.3,
      value: inBrowser('Firefox'),
      show: ratio,
      obstacle: `Firefox: \`fetch\` and reading the body alone take ${ratio(inBrowser('Firefox', 'baseline'))} times as long as the native \`EventSource\`.`,
    },
    {
      what: 'A burst in Deno: wall time relative to native',
      limit: 1,
      value: wall(deno),
      show: ratio,
      obstacle: `Deno: in wall time, \`fetch\` alone takes ${ratio(wall(deno, 'baseline'))} times as long as the native \`EventSource\`; in CPU time, ours takes ${ratio(against(rowOf(deno, 'everysource'), rowOf(deno, 'native'), cpu))} times as much.`,
    },
    ...SIZES.map(([name, limit]) => ({
      what: `${name}, gzipped bytes`,
      limit,
      value: gzipped(`everysource, ${name}`),
      show: figure,
      obstacle: WEIGHT,
    })),
  ]
}

function tabsTargets({ tabs }: Results): Target[] {
  return (tabs?.measured ?? []).map(({ browser, rows }) => ({
    what: `\`SharedEventSource\` in ${browser.split(' ')[0] ?? ''}: latency from the leading tab to another, p50, ms`,
    limit: 8,
    value: middle(rowOf(rows, 'everysource-shared'), (sample) => behindLeader(sample, 'p50')),
    show: figure,
  }))
}
