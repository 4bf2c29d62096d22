/** The server, a separate process: prints its origins, and runs until it is killed. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendBurst } from './burst.ts'
import { Connection } from './connection.ts'
import { waitAt } from './gates.ts'
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

/** Browsers open six connections per origin: enough origins for 20 tabs and other requests. */
const ORIGINS = 4

/** Firefox fires `open` when the first bytes have arrived. */
const COMMENT = Buffer.from(':\n\n')

const listener: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bench.test')
  if (answer(request, response, pathname)) return
  const stream = STREAMS[pathname]
  if (!stream) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
  })
  response.flushHeaders()
  const connection = new Connection(request.socket)
  const gate = searchParams.get('gate')
  const start = (): void => void stream(connection, searchParams)
  if (gate === null) start()
  else {
    connection.send(COMMENT)
    waitAt(gate, start)
  }
}

const origins: string[] = []
for (let left = ORIGINS; left > 0; left--) {
  // All clients may connect at once. Idle connections stay open, because a request on one that is just being closed would fail.
  const server = createServer({ noDelay: true, keepAliveTimeout: 0 }, listener).listen({
    host: '127.0.0.1',
    port: 0,
    backlog: 4_096,
  })
  await once(server, 'listening')
  origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}
console.log(origins.join(' '))
