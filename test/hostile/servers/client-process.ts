/** Starts a client process for hostile servers, and reads its reports. */

import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { path } from '../../conformance/bundle.ts'
import { RUNTIMES } from '../../runtimes/list.ts'
import type { HostileServer, SourceSeen, Until } from './hostile-server.ts'

/** Instructions for a client process. */
export interface Orders {
  /** URL of a well-behaved server. */
  good: string
  encounters: Encounter[]
  /** In parallel; otherwise one after the other. */
  together: boolean
  /** With `streamEvents` instead of `EventSource`. */
  inLoops: boolean
}

export interface Encounter {
  name: string
  /** One per source. */
  urls: string[]
  options: Record<string, unknown>
  insists: boolean
  wantsComments: boolean
  types: readonly string[]
  until: Until
}

/** A client's report about one hostile server. */
export interface ClientReport {
  name: string
  sources: SourceSeen[]
  /** Whether the next connection works. */
  next: boolean
  /** Whether `Object.prototype` was changed. */
  polluted: boolean
  /** Maximum growth of the process so far, in bytes. */
  grown: number
}

/** Called with each report. */
export type OnReport = (report: ClientReport) => Promise<void>

interface Circumstances {
  runtime: string
  /** File with the certificate of an authority to trust. */
  ca: string
  flags: string[]
}

/** Runs a client until it exits. Resolves with a description of its exit, or undefined if it exited cleanly. */
export async function runClient(
  orders: Orders,
  { runtime, ca, flags }: Circumstances,
  onReport: OnReport,
): Promise<string | undefined> {
  const [binary = '', ...own] = RUNTIMES[runtime] ?? []
  const child = spawn(binary, [...flags, ...own, path('test/hostile/servers/client.ts'), JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, DENO_CERT: ca, NODE_NO_WARNINGS: '1' },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      resolve(code ?? String(signal))
    })
  })
  try {
    for await (const line of lines(child.stdout)) await onReport(JSON.parse(line) as ClientReport)
    const end = await ended
    return end === 0 && said === '' ? undefined : `it exited with ${end}: ${said.slice(0, 2_000)}`
  } finally {
    child.kill('SIGKILL')
  }
}

/** Lines that end with LF only: `readline` also splits at characters that hostile servers send. */
async function* lines(output: Readable): AsyncGenerator<string> {
  let last = ''
  for await (const text of output.setEncoding('utf8') as AsyncIterable<string>) {
    const [first = '', ...others] = text.split('\n')
    last += first
    for (const other of others) {
      yield last
      last = other
    }
  }
}

/** The part of a hostile server's definition that its client needs. */
export function encounter(hostile: HostileServer, urls: string[], stretch: number): Encounter {
  const { name, options = {}, insists = false, wantsComments = false, types = [], until = { errors: 1 } } = hostile
  const { ms } = until
  return {
    ...{ name, urls, options, insists, wantsComments, types },
    until: ms === undefined ? until : { ...until, ms: ms * stretch },
  }
}
