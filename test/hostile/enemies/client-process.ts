/** A client of enemies, as its parent sees it. */

import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { path } from '../../conformance/bundle.ts'
import { RUNTIMES } from '../../runtimes/list.ts'
import type { Enemy, SourceSeen, Until } from './enemy.ts'

/** What a client is to do. */
export interface Orders {
  /** The URL of a server that behaves. */
  good: string
  encounters: Encounter[]
  /** Or one after the other. */
  together: boolean
  /** Of `streamEvents`, instead of an `EventSource` each. */
  inLoops: boolean
}

export interface Encounter {
  name: string
  /** One for each source. */
  urls: string[]
  options: Record<string, unknown>
  insists: boolean
  wantsComments: boolean
  types: readonly string[]
  until: Until
}

/** What the client says of an encounter. */
export interface Met {
  name: string
  sources: SourceSeen[]
  /** Whether the next connection works. */
  next: boolean
  /** Whether it has changed what all objects have. */
  polluted: boolean
  /** By how many bytes the process has grown, at the most, until then. */
  grown: number
}

/** Of an enemy that was met. */
export type Take = (met: Met) => Promise<void>

interface Circumstances {
  runtime: string
  /** A file with the certificate of an authority to trust. */
  ca: string
  flags: string[]
}

/** Runs a client; resolves when it has ended. How it ended: undefined if as it should. */
export async function meet(
  orders: Orders,
  { runtime, ca, flags }: Circumstances,
  take: Take,
): Promise<string | undefined> {
  const [binary = '', ...own] = RUNTIMES[runtime] ?? []
  const child = spawn(binary, [...flags, ...own, path('test/hostile/enemies/client.ts'), JSON.stringify(orders)], {
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
    for await (const line of lines(child.stdout)) await take(JSON.parse(line) as Met)
    const end = await ended
    return end === 0 && said === '' ? undefined : `it ended with ${end} and said: ${said.slice(0, 2_000)}`
  } finally {
    child.kill('SIGKILL')
  }
}

/** Those that end with LF: `readline` knows other ends, which enemies send too. */
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

/** What a client needs to know of an enemy. */
export function encounter(enemy: Enemy, urls: string[], stretch: number): Encounter {
  const { name, options = {}, insists = false, wantsComments = false, types = [], until = { errors: 1 } } = enemy
  const { ms } = until
  return {
    ...{ name, urls, options, insists, wantsComments, types },
    until: ms === undefined ? until : { ...until, ms: ms * stretch },
  }
}
