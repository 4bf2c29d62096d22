/** Local servers for documentation programs: a server, and a proxy that connects every host to it. */

import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Certificates } from './certificates.ts'

/** A complete request. */
interface Seen {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** Responds to the nth request, starting at 1. */
export type Answer = (response: ServerResponse, request: Seen, n: number) => unknown

export interface TestServer {
  origin: string
  requests: Seen[]
  close: () => void
}

export async function startServer(answer: Answer, certificates?: Certificates): Promise<TestServer> {
  const requests: Seen[] = []
  const listener: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.once('end', () => {
      const seen = { method, url, headers, body }
      answer(response, seen, requests.push(seen))
    })
  }
  const server = certificates ? createSecureServer(certificates, listener) : createServer(listener)
  const port = await listen(server)
  return {
    origin: `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface TestProxy {
  origin: string
  /** Requested hosts. */
  tunnels: string[]
  close: () => void
}

/** An HTTPS proxy that connects every host to this server. */
export async function startProxy({ origin }: TestServer): Promise<TestProxy> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(501).end())
  server.on('connect', ({ url = '' }, near: Socket) => {
    tunnels.push(url)
    const far = connect(Number(new URL(origin).port), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n')
      near.pipe(far).pipe(near)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      // The program is killed at the end.
      one.on('error', () => undefined)
      one.once('close', () => other.destroy())
    }
  })
  const port = await listen(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    tunnels,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** Starts an event stream and leaves it open. */
export function stream(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.flushHeaders()
  if (text !== '') response.write(text)
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return (server.address() as AddressInfo).port
}
