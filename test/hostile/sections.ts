/** The texts and tables of docs/background/reliability.md and reliability-data.md. */

import { NOISE } from './leaks/heap.ts'
import type { Figures } from './part.ts'
import { growthOfServers, isServerRow, tableOfServers } from './servers/judge.ts'

export interface Section {
  /** Name of the part. */
  name: string
  title: string
  /** The result in one sentence. */
  claim: (figures: Figures) => string
  text: string
  /** The summary table. */
  summary: (figures: Figures) => string
  /** Figures that the data page omits or shows in another table. */
  isHidden?: (name: string) => boolean
  /** Another table for the data page. */
  table?: (figures: Figures) => string
}

export const SECTIONS: Section[] = [
  {
    name: 'chaos',
    title: 'Dropped connections',
    claim: (figures) =>
      `In ${cell(Number(figures.cuts) - Number(figures['cuts: 502']))} dropped connections and ${of(figures, 'cuts: 502')} responses with status 502, ${lossesIn(figures)}.`,
    text: `A proxy between client and server cuts connections at random: in the response head, within a message, or within the framing of
a chunk. It closes, half-closes or resets the socket, sends a wrong \`Content-Length\`, or answers 502. It also delays data, stalls,
and sends single bytes. Reconnections and cuts differ slightly. A client's own timeout may fire while data is delayed, or the run may
end before its last request.

The server resumes after the \`Last-Event-ID\` it receives, for GET and for a POST that can be resumed. The test requires that every
message arrives once and in order, and that each request carries the ID of the last message the program received. A second test
provokes each kind of failure and compares the error's \`reason\` with its [documentation](../reference/options.md).`,
    summary: (figures) =>
      tableOf([
        ['connections cut, or answered with 502', figures.cuts],
        ['messages received', figures.messages],
        ['messages lost', figures.lost],
        ['messages duplicated', figures.duplicated],
        ['kinds of failure with the documented reason', figures['kinds of failure with the documented reason']],
      ]),
  },
  {
    name: 'leaks',
    title: 'Memory leaks',
    claim: (figures) =>
      `No leak detected: in every scenario, the test would detect a leak of ${of({ most: coarsest(figures) }, 'most')} bytes per connection. No socket, listener, timer or handle was left open.`,
    text: `Sources and loops connect, receive a message and close, thousands of times each. Others reconnect, are refused, or are closed at
every stage of a connection. No socket, listener on your \`AbortSignal\`, timer or handle may remain, and closed sources must be
garbage collected.

The heap is measured several times in each run. The table shows the smallest leak that each run would have detected. To prove
that the test works, it is also run on builds with a deliberate leak.`,
    summary: (figures) => tableOfScenarios(figures, ['cycles', RESOLUTION]),
    isHidden: (name) => !name.startsWith('ended at'),
    table: (figures) =>
      `The heap of a process without a leak grows a little too, because the runtime compiles code late and fills caches. Growth of less than
${cell(NOISE / 1_000)} kB in a whole run is therefore noise. A leak would grow with the number of cycles.

${tableOfScenarios(figures, ['cycles', 'heap growth, bytes', RESOLUTION, 'heap, KiB'])}`,
  },
  {
    name: 'servers',
    title: 'Hostile servers',
    claim: (figures) =>
      `In ${of(figures, 'servers')} cases of hostile servers, a client's memory grew by at most ${growthOfServers(figures).most} MB, and it made at most ten attempts a second.`,
    text: `The servers send endless lines, events and headers, decompression bombs, broken HTTP, redirects that would leak credentials, and
responses that invite endless retries. Some cases repeat a server with a smaller \`maxBufferSize\`. For each case, the test requires
that

- memory grows by at most 268 MB, or 40 MB with a \`maxBufferSize\` of 1 Mi
- the client makes at most ten attempts in any second; redirects count as part of an attempt
- the error has the [documented reason](../reference/options.md)
- the next connection works

All cases are tested in Node. Those without large streams are tested in Deno and Bun too.`,
    summary: (figures) =>
      tableOf([
        ['cases', figures.servers],
        ['of these, tested in Deno and Bun too', figures['servers tested in Node, Deno and Bun']],
        ['largest growth of memory, MB', growthOfServers(figures).most],
        ['largest growth with a `maxBufferSize` of 1 Mi, MB', growthOfServers(figures).mostLimited],
      ]),
    isHidden: isServerRow,
    table: (figures) =>
      `Reason \`open\`: the client can't detect anything wrong. Servers that send endless streams have a separate client process each; the others
share a process; each row shows its total growth up to that point.

${tableOfServers(figures)}`,
  },
  {
    name: 'fleet',
    title: 'Restarting server with thousands of clients',
    claim: (figures) =>
      `All ${of(figures, 'sources')} sources reconnected after an outage. With jitter, the restarted server received at most ${of(figures, 'most requests in any 100 ms to the new server')} requests per 100 ms; without jitter, ${of(figures, 'most requests in any 100 ms to the new server, without jitter')} requests.`,
    text: `Thousands of sources in one process lose their server, which restarts after a while. Jitter spreads their attempts, so that the
restarted server does not have to answer all of them at once. No source may make more attempts or wait longer than the
[policy](../reference/options.md#reconnecting) says.

![Connection attempts per 100 ms](reliability-fleet.svg)`,
    summary: (figures) =>
      tableOf([
        ['sources', figures.sources],
        ['server down for, ms', figures['server down for, ms']],
        ['all reconnected after, ms', figures['all reconnected after, ms']],
        ['most attempts of one source', figures['most attempts of one source']],
        ['most requests in any 100 ms to the new server', figures['most requests in any 100 ms to the new server']],
        [
          'most requests in any 100 ms to the new server, without jitter',
          figures['most requests in any 100 ms to the new server, without jitter'],
        ],
      ]),
    isHidden: (name) => /^(?:attempts|requests|reconnected).* per 100 ms/.test(name) || name.startsWith(SELF_TEST),
    table: (figures) =>
      `- The policy limits the waits that a source announces. Late timers and the connections themselves take additional time, so
  reconnecting may take longer than the sum of the waits.
- All sources share one process, which is busy when the first timers fire. This makes attempts bunch up with jitter, and spreads them
  without, so their peaks are similar. Compare the requests to the new server instead.
${selfTestOf(figures)}`,
  },
  {
    name: 'fuzz',
    title: 'Comparison with the native EventSource',
    claim: (figures) =>
      `No difference in ${of(figures, 'streams compared')} random streams with ${of(figures, 'events')} events.`,
    text: `Random event streams, and mutated streams of the conformance suite, are cut at random and sent to our \`EventSource\` and Chromium's in
one page. Event types, data, IDs, reconnection times and the \`Last-Event-ID\` of the next request must be equal. Streams that trigger
a known bug in Chromium are compared with the standard only.

To prove that the fuzzer works, it is also run on builds with a deliberate bug. \`npm run fuzz\` runs until you stop it.`,
    summary: (figures) =>
      tableOf([
        ['streams compared', figures['streams compared']],
        ['events compared', figures.events],
        ['reconnections compared', figures['reconnections compared']],
        ['broken versions detected', Object.keys(figures).filter((name) => name.startsWith('a version that ')).length],
      ]),
  },
  {
    name: 'lifecycle',
    title: 'Random lifecycles',
    claim: (figures) =>
      `No difference from a model of the standard in ${of(figures, 'sequences')} random sequences (${of(figures, 'commands')} commands in total).`,
    text: `Each sequence mixes actions of the server with calls to the API, including calls from event listeners. It runs on an
\`EventSource\` and on a model of the standard. State, events and requests must agree after each step.`,
    summary: (figures) =>
      tableOf([
        ['sequences', figures.sequences],
        ['commands', figures.commands],
      ]),
  },
]

/** A table with two columns. */
export function tableOf(rows: [label: string, figure: Figures[string] | undefined][]): string {
  const cells = rows.map(([label, figure = '']) => `| ${label} | ${cell(figure)} |`)
  return ['| | |', '| --- | --: |', ...cells].join('\n')
}

function cell(value: Figures[string]): string {
  if (typeof value === 'number') return value.toLocaleString('en-US')
  if (typeof value === 'string') return value.replaceAll('|', '\\|')
  return value.map((number) => cell(number)).join(', ')
}

function lossesIn(figures: Figures): string {
  if (figures.lost === 0 && figures.duplicated === 0) return 'no message was lost or duplicated'
  return `${of(figures, 'lost')} messages were lost and ${of(figures, 'duplicated')} duplicated`
}

/** The error message of the check for storms, for a fleet that must fail it. */
const SELF_TEST = 'error for '

function selfTestOf(figures: Figures): string {
  const [name = '', message = ''] = Object.entries(figures).find(([each]) => each.startsWith(SELF_TEST)) ?? []
  const [, share, , limit] = /([\d.]+) % came within (\d+) ms.* ([\d.]+) %/.exec(String(message)) ?? []
  if (share === undefined || limit === undefined) return ''
  const size = /\d+/.exec(name)?.[0] ?? ''
  return `- Self-test: ${size} sources without jitter must fail. Result: ${Number(share)}% retried within 100 ms (limit ${limit}%).`
}

function of(figures: Figures, name: string): string {
  return cell(figures[name] ?? '?')
}

const RESOLUTION = 'smallest detectable leak, bytes per cycle'

function scenariosOf(figures: Figures): string[] {
  const end = `: ${RESOLUTION}`
  return Object.keys(figures).flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : []))
}

/** The smallest leak that every scenario would have detected. */
function coarsest(figures: Figures): number {
  return Math.max(...scenariosOf(figures).map((scenario) => Number(figures[`${scenario}: ${RESOLUTION}`])))
}

/** A row for each scenario of leaks. */
function tableOfScenarios(figures: Figures, columns: string[]): string {
  const rows = scenariosOf(figures).map((scenario) => {
    const cells = columns.map((column) => of(figures, `${scenario}: ${column}`))
    return `| ${[scenario, ...cells].join(' | ')} |`
  })
  return [`| scenario | ${columns.join(' | ')} |`, `| --- |${' --: |'.repeat(columns.length)}`, ...rows].join('\n')
}
