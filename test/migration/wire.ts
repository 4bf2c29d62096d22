/** Measures a hundred consecutive messages on the wire: as an event stream, over WebSocket, and by long polling. */

import { createHash } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { streamEvents } from 'everysource'

const MESSAGES = 100

/** Like a token of a language model. */
const message = (n: number): string => JSON.stringify({ n: 1_000 + n, token: ' the quick brown fox' })

interface Wire {
  requests: number
  /** Bytes from the server, headers included. */
  down: number
  /** Bytes from the client. */
  up: number
}

interface Measured extends Wire {
  received: string[]
}

/** Keys are the rows of the table, in order. */
export const TRANSPORTS: Record<string, () => Promise<Measured>> = {
  'an event stream': eventStream,
  WebSocket: webSocket,
  'long polling': longPolling,
}

export const SENT = Array.from({ length: MESSAGES }, (_, n) => message(n))

async function eventStream(): Promise<Measured> {
  return measured(
    (server) => {
      server.on('request', (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        for (const text of SENT) response.write(`data: ${text}\n\n`)
        response.end()
      })
    },
    async (origin) => {
      const received: string[] = []
      for await (const { data } of streamEvents(origin)) received.push(data)
      return received
    },
  )
}

async function webSocket(): Promise<Measured> {
  return measured(
    (server) => {
      server.on('upgrade', ({ headers }: IncomingMessage, socket: Socket) => {
        acceptWebSocket(headers, socket)
        // A final frame of text, unmasked, shorter than 126 bytes. (RFC 6455, 5.2)
        for (const text of SENT) socket.write(Buffer.from([0x81, text.length, ...Buffer.from(text)]))
        closeWebSocket(socket)
      })
    },
    (origin) =>
      new Promise((resolve, reject) => {
        const received: string[] = []
        const socket = new WebSocket(origin.replace('http', 'ws'))
        socket.onmessage = ({ data }) => received.push(data as string)
        socket.onclose = () => {
          resolve(received)
        }
        socket.onerror = reject
      }),
  )
}

async function longPolling(): Promise<Measured> {
  return measured(
    (server) => {
      server.on('request', ({ url = '' }: IncomingMessage, response: ServerResponse) => {
        const after = Number(new URL(url, 'http://localhost').searchParams.get('after'))
        // Messages are further apart than a request takes, so each gets its own response.
        const text = SENT[after]
        if (text === undefined) response.writeHead(204).end()
        else response.writeHead(200, { 'Content-Type': 'application/json' }).end(text)
      })
    },
    async (origin) => {
      const received: string[] = []
      for (;;) {
        const response = await fetch(`${origin}/?after=${received.length}`)
        if (response.status === 204) return received
        received.push(await response.text())
      }
    },
  )
}

/** Accepts an upgrade request. (RFC 6455, 4.2.2) */
export function acceptWebSocket(headers: IncomingHttpHeaders, socket: Socket): void {
  const key = `${headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const accept = createHash('sha1').update(key).digest('base64')
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'))
}

/** Sends a close frame without a reason. */
export function closeWebSocket(socket: Socket): void {
  socket.end(Buffer.from([0x88, 0]))
}

/** Counts the bytes of all connections to a server. */
async function measured(
  serve: (server: Server) => void,
  receive: (origin: string) => Promise<string[]>,
): Promise<Measured> {
  const sockets: Socket[] = []
  let requests = 0
  // A kept-alive connection must outlast the delays of a busy machine.
  const server = createServer({ keepAliveTimeout: 60_000 })
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.on('request', () => requests++).on('upgrade', () => requests++)
  serve(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    const received = await receive(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const sum = (of: (socket: Socket) => number): number => sockets.reduce((total, socket) => total + of(socket), 0)
    return { received, requests, down: sum((s) => s.bytesWritten), up: sum((s) => s.bytesRead) }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
