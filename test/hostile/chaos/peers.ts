/** Servers with a single fault each. */

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createSecureServer } from 'node:https'
import type { Certificates } from '../../docs/certificates.ts'

export interface Peer {
  url: string
  /** To be called when the client has received a message. */
  onRead?: () => void
  close: () => void
}

/** The query must not appear in any error. */
const PATH = '/events?token=secret'

/** A raw TCP server that calls `answer` after the first data of each connection. */
export async function peer(answer: (socket: Socket) => unknown): Promise<Peer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    socket.once('data', () => answer(socket))
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Sends a text, and resets the connection once the client has read it. */
export async function resetter(text: string): Promise<Peer> {
  const sockets = new Set<Socket>()
  const own = await peer((socket) => {
    sockets.add(socket)
    socket.write(text)
  })
  const onRead = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
    sockets.clear()
  }
  return { ...own, onRead }
}

/** Accepts connections and closes them before a request. */
export async function slammer(): Promise<Peer> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.destroy()
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}${PATH}`, close: () => server.close() }
}

/** A port with no listener. */
export async function refusing(): Promise<Peer> {
  const { url, close } = await slammer()
  close()
  return { url, close: () => undefined }
}

/** Serves an event stream with one message over TLS. */
export async function secure({ cert, key }: Certificates, host = '127.0.0.1'): Promise<Peer> {
  const server = createSecureServer({ cert, key }, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: trusted\n\n')
  })
  server.on('tlsClientError', () => undefined)
  const port = await listen(server)
  return {
    url: `https://${host}:${port}${PATH}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The head of a valid response. */
export function head(...fields: string[]): string {
  return ['HTTP/1.1 200 OK', 'Content-Type: text/event-stream', ...fields, '', ''].join('\r\n')
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}
