/** Runs a program written for the `eventsource` package with one of its versions or with ours, and records the outcome. */

import { createServer as createHTTP2Server } from 'node:http2'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as eventsource from 'eventsource'
import { createCertificates } from '../docs/certificates.ts'

/** Either package, with the types of the original: code that compiles with these must compile with ours. */
export type Library = Pick<typeof eventsource, 'EventSource' | 'ErrorEvent'>

interface Kit extends Library {
  url: string
  /** That path on a server with HTTP/2 and HTTP/1.1 over TLS, with a certificate of an unknown authority. */
  secureURL: string
  /** Records what the program receives. */
  log: (...parts: unknown[]) => void
  /** Ends the program. */
  done: () => void
}

export interface Program {
  name: string
  /** The first major version whose documentation has it. */
  since?: number
  /** Answers the nth request, counted from 1. */
  answer: (response: ServerResponse, n: number, request: IncomingMessage) => void
  run: (kit: Kit) => unknown
}

/** The events and requests, in a form that can be compared. */
export interface Recording {
  logged: unknown[][]
  requests: { method: string; url: string; version: string; headers: Record<string, unknown> }[]
}

/** The time limit of a program, in ms. */
const PATIENCE = 180_000
/** How long to wait for unexpected events, in ms. */
const AFTERMATH = 150

/** Headers that differ from one run to the next. */
const VARYING = ['host', ':authority', ':scheme', ':path', ':method', 'connection']

const { cert, key } = createCertificates('localhost')

export async function record({ answer, run }: Program, library: Library): Promise<Recording> {
  const recording: Recording = { logged: [], requests: [] }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = '', url = '', httpVersion, headers } = request
    const own = Object.entries(headers).filter(([name]) => !VARYING.includes(name))
    const n = recording.requests.push({ method, url, version: httpVersion, headers: Object.fromEntries(own) })
    answer(response, n, request)
  }
  const plain = createServer(listener)
  const { createSecureServer } = await import('node:http2')
  const secure = createSecureServer({ cert, key, allowHTTP1: true }, listener as never)
  const sources: EventSource[] = []
  // Closes sources that the program leaves open.
  class TrackedEventSource extends (library.EventSource as typeof EventSource) {
    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init)
      sources.push(this)
    }
  }
  Object.defineProperty(TrackedEventSource, 'name', { value: 'EventSource' })
  const [port, securePort] = await Promise.all([plain, secure].map(listen))
  const origins = [`http://127.0.0.1:${port ?? 0}`, `https://localhost:${securePort ?? 0}`] as const
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(reject, PATIENCE, new Error(`It has not finished. So far: ${JSON.stringify(recording)}`))
      const done = (): void => {
        clearTimeout(timer)
        setTimeout(resolve, AFTERMATH)
      }
      const log = (...parts: unknown[]): void => {
        recording.logged.push(
          parts.map((part) => (typeof part === 'string' ? part.replaceAll(origins[0], '<origin>') : part)),
        )
      }
      const kit: Kit = {
        EventSource: TrackedEventSource,
        ErrorEvent: library.ErrorEvent,
        url: `${origins[0]}/sse`,
        secureURL: `${origins[1]}/sse`,
        log,
        done,
      }
      Promise.resolve(run(kit)).catch(reject)
    })
  } finally {
    for (const source of sources) source.close()
    plain.closeAllConnections()
    plain.close()
    secure.close()
  }
  return recording
}

async function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createHTTP2Server>): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, listening))
  return (server.address() as AddressInfo).port
}
