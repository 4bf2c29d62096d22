/** What docs/background/reliability.md says of each part. */

import { isServerRow, tableOfServers } from './servers/judge.ts'
import type { Figures } from './part.ts'

export interface Section {
  /** Of the part. */
  name: string
  title: string
  text: string
  /** Figures that are shown otherwise. */
  isHidden?: (name: string) => boolean
  /** How. */
  show?: (figures: Figures) => string
}

export const SECTIONS: Section[] = [
  {
    name: 'fuzz',
    title: 'Random streams, beside the native EventSource',
    text: `Random event streams, and the streams of the suite with random bytes changed, cut at random, go to our \`EventSource\` and to
Chromium's own at once, in one page. Types, data, IDs, the \`Last-Event-ID\` of the next connection and reconnection times must be the
same. So that a fuzzer which finds nothing is worth something, versions of ours that are broken on purpose run beside it. \`npm run fuzz\` goes on until it is stopped.`,
  },
  {
    name: 'chaos',
    title: 'Connections that are cut',
    text: `A proxy between client and server cuts connections at random: in the head, in a message, in the framing of a chunk; by an end, a reset, a
half-closed socket, a lie in Content-Length, a 502. It delays, stalls, and lets bytes trickle. The server goes on after the \`Last-Event-ID\` that it
gets, on GET and on a POST that resumes. Every message must arrive once, in order, and each request must carry the ID of the last message that
the program has seen.`,
  },
  {
    name: 'lifecycle',
    title: 'Random lives',
    text: `Random sequences of what servers do and of what programs call, in listeners too, on an \`EventSource\` and on a model of the standard's
life of one: state, events and requests must agree after each step.`,
  },
  {
    name: 'leaks',
    title: 'What stays behind',
    text: `Nothing may: no memory, no socket, no listener on the caller's signal, no timer, no handle. The heap is looked at several times in a run; from how many bytes per time on a leak would be noticed, the table says. Closed sources must be
collectable.`,
  },
  {
    name: 'servers',
    title: 'Servers that mean harm',
    text: `Each enemy is met in Node, and all but the floods in Deno and Bun too. Memory grows by at most 268 MB (40 MB with
\`maxBufferSize\` of 1 Mi), there are at most ten attempts in any second (the requests that a redirect leads to are a part of one), the error has the reason that [options.md](../reference/options.md) names, and the next
connection works. \`open\`: nothing is wrong with it that a client could see.`,
    isHidden: isServerRow,
    show: tableOfServers,
  },
  {
    name: 'fleet',
    title: 'A server that restarts',
    text: `Thousands of sources in one process lose their server, which comes back after a while. Jitter spreads their attempts.

![Attempts, and connections that are open again, per 100 ms](reliability-fleet.svg)`,
    isHidden: (name) => /^(?:attempts|requests|connected).* per 100 ms/.test(name),
  },
]

/** Two columns: what it is, and how much. */
export function tableOf(figures: Figures, isHidden: (name: string) => boolean = () => false): string {
  const rows = Object.entries(figures)
    .filter(([name]) => !isHidden(name))
    .map(([name, value]) => `| ${name} | ${cell(value)} |`)
  return ['| | |', '| --- | --: |', ...rows].join('\n')
}

function cell(value: Figures[string]): string {
  if (typeof value === 'number') return value.toLocaleString('en-US')
  if (typeof value === 'string') return value.replaceAll('|', '\\|')
  return value.map((number) => cell(number)).join(', ')
}
