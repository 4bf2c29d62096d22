/** The server, a process of its own: prints its origin, and lives until it is killed. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendBurst } from './burst.ts'
import { Connection } from './connection.ts'

const ROUTES: Record<string, (socket: Connection, query: URLSearchParams) => unknown> = {
  '/burst': sendBurst,
}

const server = createServer({ noDelay: true }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench.test')
  const route = ROUTES[pathname]
  if (!route) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  route(new Connection(request.socket), searchParams)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
