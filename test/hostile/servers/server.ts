/** The process of the hostile servers. Uses raw TCP, because most of them break HTTP. Its parent controls it by messages. */

import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { stream } from './responses.ts'
import type { Origins, Request, Visit } from './hostile-server.ts'
import type { Answer, Query } from './server-process.ts'
import { HOSTILE_SERVERS } from './table.ts'

/** Requests by run. */
const log = new Map<string, Request[]>()

/** Origins of the servers that act before a request arrives, by index. */
const greeters: Record<number, string> = {}

process.on('message', (query: Query) => {
  void answer(query).then((result) => process.send?.({ id: query.id, result } satisfies Answer))
})
process.once('disconnect', () => {
  process.exit()
})

async function answer(query: Query): Promise<unknown> {
  if ('log' in query) {
    const requests = log.get(query.log) ?? []
    log.delete(query.log)
    return requests
  }
  const origins: Origins = { main: '', other: '', secure: '' }
  const serve = (origin: keyof Origins) => (socket: Socket) => {
    converse(socket, origin, origins)
  }
  origins.main = `http://127.0.0.1:${await listen(createServer(serve('main')))}`
  origins.other = `http://127.0.0.1:${await listen(createServer(serve('other')))}`
  origins.secure = `https://127.0.0.1:${await listen(createSecureServer(query.certificates, serve('secure')))}`
  for (const [index, { greet }] of HOSTILE_SERVERS.entries()) {
    if (!greet) continue
    const server = createServer((socket) => {
      prepare(socket)
      note(`greeted${index}`, { origin: 'main', source: 0, rest: '', at: performance.now(), head: '' })
      greet(socket)
      socket.resume()
    })
    greeters[index] = `http://127.0.0.1:${await listen(server)}`
  }
  return { origins, greeters }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Reads requests, which have no bodies. */
function converse(socket: Socket, origin: keyof Origins, origins: Origins): void {
  prepare(socket)
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
      const head = received.slice(0, end)
      received = received.slice(end + 4)
      takeRequest(socket, head, origin, origins)
    }
  })
}

/** Passes a request for `/<server>/<run>/<source>` to that server. */
function takeRequest(socket: Socket, head: string, origin: keyof Origins, origins: Origins): void {
  const [, index = '', run = '', source = '', rest = ''] = /^\w+ \/(\w+)\/(\w+)\/(\d+)(\S*)/.exec(head) ?? []
  if (index === 'good') {
    stream(socket, 'data: good\n\n')
    return
  }
  const request: Request = { origin, source: Number(source), rest, at: performance.now(), head }
  const before = note(run, request)
  const nth = before.filter((other) => other.source === request.source && other.rest === rest).length
  const visit: Visit = { socket, source: Number(source), rest, nth, origins, base: `/${index}/${run}/${source}` }
  HOSTILE_SERVERS[Number(index)]?.serve?.(visit)
}

function note(run: string, request: Request): Request[] {
  const requests = log.get(run) ?? []
  requests.push(request)
  log.set(run, requests)
  return requests
}

/** Connection errors are expected here. */
function prepare(socket: Socket): void {
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
}
