/** `everysource --replay <file>`: a server on this machine that plays a recorded stream with its timing. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Entry } from './recording.ts'

/** Headers of a recorded response that the server sets itself. */
const OWN = ['connection', 'content-encoding', 'content-length', 'transfer-encoding', 'access-control-allow-origin']

/** The origins whose pages may read the stream: pages on this machine. */
const LOCAL = /^https?:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/

export interface Replay {
  url: string
  close(): void
}

export async function startReplay(entries: Entry[], port: number): Promise<Replay> {
  const exchanges = split(entries)
  let next = 0
  const server = createServer((request, response) => {
    allow(request, response)
    // Requests such as preflights and /favicon.ico must not use up a response.
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (!/^\/(?:\?|$)/.test(request.url ?? '')) return void response.writeHead(404).end('The stream is at /\n')
    // A client that resumes after the last exchange would receive old messages.
    const isOver = next === exchanges.length && request.headers['last-event-id'] !== undefined
    if (next === exchanges.length && !isOver) next = 0
    const exchange = exchanges[next]
    if (exchange) next++
    if (exchange) void play(exchange, response)
    else response.writeHead(204).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The entries of each request. */
function split(entries: Entry[]): Entry[][] {
  const exchanges: Entry[][] = []
  for (const entry of entries) {
    if ('request' in entry) exchanges.push([])
    exchanges.at(-1)?.push(entry)
  }
  return exchanges
}

/** Lets pages on this machine read the stream, also with headers that need a preflight, such as `Last-Event-ID`. */
function allow({ headers }: IncomingMessage, response: ServerResponse): void {
  const { origin = '', 'access-control-request-method': method, 'access-control-request-headers': names } = headers
  if (!LOCAL.test(origin)) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  if (method !== undefined) response.setHeader('Access-Control-Allow-Methods', method)
  if (names !== undefined) response.setHeader('Access-Control-Allow-Headers', names)
}

async function play(entries: Entry[], response: ServerResponse): Promise<void> {
  const closing = new AbortController()
  response.once('close', () => {
    closing.abort()
  })
  const [{ at: began } = { at: 0 }] = entries
  const started = performance.now()
  try {
    for (const entry of entries) {
      await delay(Math.max(0, entry.at - began - (performance.now() - started)), undefined, { signal: closing.signal })
      playEntry(entry, response)
    }
  } catch {
    // The client has closed the connection, or the file has an invalid status or header.
    response.destroy()
  }
}

function playEntry(entry: Entry, response: ServerResponse): void {
  if ('response' in entry) {
    const { status, headers } = entry.response
    const kept = Object.entries(headers).filter(([name]) => !OWN.includes(name))
    response.writeHead(status, Object.fromEntries(kept)).flushHeaders()
  } else if ('text' in entry) response.write(entry.text)
  else if ('base64' in entry) response.write(Buffer.from(entry.base64, 'base64'))
  else if ('end' in entry) {
    if (entry.end === 'ended') response.end()
    // The recording stopped here; the stream went on.
    else if (entry.end === 'failed') response.destroy()
  }
}
