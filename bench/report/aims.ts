/** What the project aims at, each aim with the figure that is there: what falls short is to be seen. */

import type { Row } from '../bench.ts'
import type { Latency } from '../inside/latency.ts'
import { cpu, tokenCell } from './bursts.ts'
import type { Results } from './results.ts'
import { trend } from './sections.ts'
import { against, figure, middle, ratio, rowOf, table } from './table.ts'

interface Aim {
  what: string
  /** At most. */
  limit: number
  /** What there is; NaN where it has not been measured. */
  value: number
  show: (value: number) => string
  /** What stands in the way, where that is known. */
  obstacle?: string
}

/** A table of all aims whose figures are known; under it, what stands in the way of those that are not reached. */
export function aimsTable(results: Results): string {
  const all = [...throughputAims(results), ...connectionAims(results), ...growthAims(results), ...otherAims(results)]
  const aims = all.filter(({ value }) => !Number.isNaN(value))
  const isReached = ({ value, limit }: Aim): boolean => value <= limit
  const rows = aims.map((aim) => [
    aim.what,
    aim.show(aim.limit),
    aim.show(aim.value),
    isReached(aim) ? 'yes' : '**no**',
  ])
  const obstacles = aims.flatMap(({ obstacle, ...aim }) => (obstacle === undefined || isReached(aim) ? [] : [obstacle]))
  const list = [...new Set(obstacles)].map((obstacle) => `- ${obstacle}`)
  const parts = [table(['', 'at most', 'is', 'reached'], rows)]
  if (list.length > 0) parts.push('What stands in the way of those that are not reached:', list.join('\n'))
  return parts.join('\n\n')
}

const TASKS =
  'In bursts: what is above the floor is in equal parts the task of its own that each message gets, by `setImmediate`, and the event with its dispatch by the platform. Neither the floor nor eventsource gives a message a task.'
const AWAITING =
  'A loop: each message takes a promise, the result that it resolves with, and a turn of the microtasks, for that is what `await` is.'
const NOISE =
  'One message per write: most of the time goes to the system and to `fetch`, and one run differs from the next by a tenth.'
const NO_FETCH =
  'The 99th percentile: launchdarkly-eventsource, which mostly has the lowest, reads `node:http` and does without `fetch` and its streams.'
const WEIGHT =
  'Sizes: the options, with their checks and with errors that say what to do, are most of what is not the parser. The last table of [Start-up](#start-up) says what each part weighs.'
const CONNECTION =
  'Heap: a queue that gives each message a task, a decoder that limits what an event takes, and what reconnects are objects of each connection.'

function throughputAims({ throughput }: Results): Aim[] {
  const bursts = tokenCell(throughput?.measured, 100)?.rows
  const singles = tokenCell(throughput?.measured, 1)?.rows
  const of = (
    what: string,
    limit: number,
    rows: typeof bursts,
    [mine, theirs]: [string, string],
    obstacle?: string,
  ): Aim => {
    const value = against(rowOf(rows, mine), rowOf(rows, theirs), cpu)
    return { what, limit, value, show: ratio, ...(obstacle !== undefined && { obstacle }) }
  }
  const [source, loop] = ['everysource', 'everysource-loop']
  const inBurst = '`EventSource`, 176 bytes, 100 per chunk: CPU against'
  const alone = '`EventSource`, 176 bytes, 1 per chunk: CPU against'
  const inLoop = '`streamEvents`, 176 bytes, 100 per chunk: CPU against'
  return [
    of(`${inBurst} the floor`, 1.9, bursts, [source, 'floor'], TASKS),
    of(`${inBurst} eventsource`, 0.5, bursts, [source, 'eventsource'], TASKS),
    of(`${alone} the floor`, 1.2, singles, [source, 'floor']),
    of(`${alone} eventsource`, 1, singles, [source, 'eventsource'], NOISE),
    of(`${alone} undici`, 1, singles, [source, 'undici'], NOISE),
    of(`${inLoop} the floor`, 1.2, bursts, [loop, 'floor'], AWAITING),
    of(`${inLoop} eventsource-client's iterator`, 1, bursts, [loop, 'eventsource-client-loop']),
  ]
}

function connectionAims({ latency, memory }: Results): Aim[] {
  const latencies = latency?.measured.rows
  const peers = (latencies ?? []).filter(
    (row) => !/^(floor|everysource)/.test(row.contender) && !Number.isNaN(middle(row, p99)),
  )
  const [best] = peers.sort((one, other) => middle(one, p99) - middle(other, p99))
  const delay = rowOf(latencies, 'everysource')
  const heap = rowOf(memory?.measured.rows, 'everysource')
  const heapAgainst = (contender: string): number =>
    against(heap, rowOf(memory?.measured.rows, contender), ({ heap: bytes }) => bytes)
  return [
    {
      what: 'Latency of `EventSource`, p50, against the floor',
      limit: 1.1,
      value: against(delay, rowOf(latencies, 'floor'), ({ p50 }) => p50),
      show: ratio,
    },
    {
      what: 'Latency of `EventSource`, p99, against the best peer',
      limit: 1,
      value: against(delay, best, p99),
      show: ratio,
      obstacle: NO_FETCH,
    },
    {
      what: 'Heap per connection of `EventSource`, against the floor',
      limit: 1.1,
      value: heapAgainst('floor'),
      show: ratio,
      obstacle: CONNECTION,
    },
    {
      what: 'Heap per connection of `EventSource`, against eventsource',
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

function growthAims({ growth }: Results): Aim[] {
  return (growth?.measured ?? []).flatMap(({ unit, sizes }) =>
    ['everysource', 'everysource-loop'].flatMap((contender) =>
      sizes.slice(1).map(({ size, rows }, index): Aim => {
        const before = sizes[index]
        const mine = middle(rowOf(rows, contender), ({ cpu }) => cpu / size)
        const smaller = middle(rowOf(before?.rows, contender), ({ cpu }) => cpu / (before?.size ?? NaN))
        const name = contender === 'everysource' ? '`EventSource`' : '`streamEvents`'
        const what = `${name}, ${size.toLocaleString('en')} ${unit}: CPU per unit against ${before?.size.toLocaleString('en') ?? ''}`
        return { what, limit: LINEAR, value: mine / smaller, show: ratio }
      }),
    ),
  )
}

/** A heap that grows by less than this over the whole long run does not grow, in kB. */
const FLAT = 1_000

/** The largest bundle sizes, in bytes. */
const SIZES: [name: string, limit: number][] = [
  ['`EventSource` alone', 13_200],
  ['`streamEvents` alone', 13_000],
  ['`EventDecoderStream` alone', 3_300],
  ['`fetchEventSource` alone', 4_900],
  ['the `<script>`', 17_000],
]

function otherAims(results: Results): Aim[] {
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
      what: 'A long run of `EventSource`: what the heap grows by, kB',
      limit: FLAT,
      value: growthOf('everysource'),
      show: figure,
    },
    {
      what: 'A long run of `streamEvents`: what the heap grows by, kB',
      limit: FLAT,
      value: growthOf('everysource-loop'),
      show: figure,
    },
    {
      what: 'Importing everysource, against eventsource',
      limit: 1,
      value: against(rowOf(imports, 'everysource'), rowOf(imports, 'eventsource'), (time) => time),
      show: ratio,
    },
    { what: 'A burst in Chromium: wall time against its own', limit: 2.7, value: inBrowser('Chromium'), show: ratio },
    {
      what: 'A burst in Firefox: wall time against its own',
      limit: 1.3,
      value: inBrowser('Firefox'),
      show: ratio,
      obstacle: `Firefox: \`fetch\` and its reads, without which nobody can do, take ${ratio(inBrowser('Firefox', 'floor'))} times as long as its own \`EventSource\`.`,
    },
    {
      what: 'A burst in Deno: wall time against its own',
      limit: 1,
      value: wall(deno),
      show: ratio,
      obstacle: `Deno: in wall time its \`fetch\` alone takes ${ratio(wall(deno, 'floor'))} times as long as its own \`EventSource\`; in CPU time ours takes ${ratio(against(rowOf(deno, 'everysource'), rowOf(deno, 'native'), cpu))} times as much.`,
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
