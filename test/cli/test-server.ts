/** A loopback server with healthy and broken streams. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'

/** Handles a request; `nth` counts the requests for its path from 1. */
type Route = (response: ServerResponse, request: IncomingMessage, nth: number) => void | Promise<void>

export interface StreamServer {
  origin: string
  /** Headers of the requests for a path, in order. */
  requests: (path: string) => IncomingMessage['headers'][]
  /** Adds a route and returns its URL. */
  add: (path: string, route: Route) => string
  close: () => void
}

export async function startServer(): Promise<StreamServer> {
  const routes = new Map(Object.entries(ROUTES))
  const log = new Map<string, IncomingMessage['headers'][]>()
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const seen = log.get(pathname) ?? []
    log.set(pathname, [...seen, request.headers])
    const route = routes.get(pathname)
    if (route) void route(response, request, seen.length + 1)
    else response.writeHead(404).end('Not found')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    requests: (path) => log.get(path) ?? [],
    add: (path, route) => {
      routes.set(path, route)
      return `${origin}${path}`
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Sends the headers of an event stream, and its first text. */
function begin(response: ServerResponse, written = '', headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers })
  response.flushHeaders()
  if (written !== '') response.write(written)
}

/** Sends three messages with IDs, or those after `Last-Event-ID`, and stays open. */
export function three(response: ServerResponse, { headers }: IncomingMessage): void {
  const after = Number(headers['last-event-id'] ?? 0)
  const events = ['one', 'two', 'three'].map((data, i) => `id: ${i + 1}\ndata: ${data}\n\n`)
  begin(response, events.slice(after).join(''))
}

const ROUTES: Record<string, Route> = {
  '/three': three,
  '/types': (response) => {
    begin(response, 'data: a\n\nevent: tick\ndata: b\n\nevent: tock\nid: 7\ndata: c\ndata: d\n\n')
  },
  /** One message per connection, with a short `retry`. */
  '/drops': (response, _, nth) => {
    begin(response)
    response.end(`: nth ${nth}\nretry: 100\nid: ${nth}\ndata: ${nth}\n\n`)
  },
  '/slow-retry': (response) => {
    begin(response)
    response.end('retry: 3000\nid: 5\ndata: x\n\n')
  },
  '/over': (response, _, nth) => {
    if (nth > 1) response.writeHead(204).end()
    else response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('retry: 100\ndata: last\n\n')
  },
  '/busy': (response, _, nth) => {
    if (nth < 3) response.writeHead(503, { 'Retry-After': '0' }).end('{"error":"try later"}')
    else begin(response, 'data: here\n\n')
  },
  '/echo': async (response, request) => {
    const body = await text(request)
    const { 'content-type': type = 'none', 'x-one': one = '', 'x-two': two = '' } = request.headers
    begin(response)
    response.end(`data: ${JSON.stringify([request.method, type, one, two, body])}\n\n`)
  },
  '/quiet': (response) => {
    begin(response)
  },
  '/hostile': (response) => {
    begin(response, ': \u001b[2J\nevent: \u001b[31m\nid: \u001b[0c\ndata: \u001b]0;owned\u0007\u009b31m\ndata: end\n\n')
  },
  '/hostile-refusal': (response) => {
    response.writeHead(500).end('no \u001b]0;owned\u0007 way')
  },

  // Mistakes that beginners make.
  '/page': (response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>My shop</title><p>Welcome')
  },
  '/json': (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"hello":"world"}')
  },
  '/json-lines': (response) => {
    begin(response, '{"token":"Hel"}\n{"token":"lo"}\n')
  },
  '/ended-json-lines': (response) => {
    begin(response, '{"token":"Hel"}\n{"token":"lo"}\n')
    response.end()
  },
  '/unframed': (response) => {
    begin(response, 'Hello\nworld\n')
  },
  '/one-line-feed': (response) => {
    begin(response, 'data: one\ndata: two\n')
  },
  '/backslash': (response) => {
    begin(response, String.raw`data: hello\n\n`)
  },
  '/capitals': (response) => {
    begin(response, 'Data: hello\n\n')
  },
  '/utf-16': (response) => {
    begin(response)
    response.write(Buffer.from('data: hello\n\n', 'utf16le'))
  },
  /** Compression that is never flushed. */
  '/compressed': (response) => {
    begin(response, '', { 'Content-Encoding': 'gzip' })
    const gzip = createGzip()
    gzip.pipe(response)
    const timer = setInterval(() => gzip.write('data: hello\n\n'), 200)
    response.once('close', () => {
      clearInterval(timer)
    })
  },
  /** Sends no response at all. */
  '/hangs': () => undefined,
}

/** An origin where nothing is listening. */
export async function unusedOrigin(): Promise<string> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return `http://127.0.0.1:${port}`
}
