/** The server, a separate process: prints its origin, and runs until it is killed. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendBurst } from './burst.ts'
import { Connection } from './connection.ts'
import { sendLarge } from './large.ts'
import { answer } from './pages.ts'
import { sendTicks } from './ticks.ts'

const STREAMS: Record<string, (connection: Connection, query: URLSearchParams) => unknown> = {
  '/burst': sendBurst,
  '/ticks': sendTicks,
  '/large': sendLarge,
  // One message, and then silence.
  '/idle': (connection) => {
    connection.end()
  },
}

const server = createServer({ noDelay: true }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench.test')
  if (answer(request, response, pathname)) return
  const stream = STREAMS[pathname]
  if (!stream) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  stream(new Connection(request.socket), searchParams)
})
// All clients may connect at once.
server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
