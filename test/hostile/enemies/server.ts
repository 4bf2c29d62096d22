/** The server of the enemies, a process of its own: raw TCP, for most of them speak no HTTP. Talks with its parent. */

import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { stream } from './answers.ts'
import type { Origins, Request, Visit } from './enemy.ts'
import type { Answer, Question } from './server-process.ts'
import { ENEMIES } from './table.ts'

/** Requests by the run that they belong to. */
const log = new Map<string, Request[]>()

/** The port of each enemy that does not wait for a request, by its index. */
const greeters: Record<number, string> = {}

process.on('message', (question: Question) => {
  void answer(question).then((result) => process.send?.({ id: question.id, result } satisfies Answer))
})
process.once('disconnect', () => {
  process.exit()
})

async function answer(question: Question): Promise<unknown> {
  if ('log' in question) {
    const requests = log.get(question.log) ?? []
    log.delete(question.log)
    return requests
  }
  const origins: Origins = { main: '', other: '', secure: '' }
  const serve = (origin: keyof Origins) => (socket: Socket) => {
    converse(socket, origin, origins)
  }
  origins.main = `http://127.0.0.1:${await listen(createServer(serve('main')))}`
  origins.other = `http://127.0.0.1:${await listen(createServer(serve('other')))}`
  origins.secure = `https://127.0.0.1:${await listen(createSecureServer(question.certificates, serve('secure')))}`
  for (const [index, { greet }] of ENEMIES.entries()) {
    if (!greet) continue
    const server = createServer((socket) => {
      hear(socket)
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

/** Takes one request after another, without bodies. */
function converse(socket: Socket, origin: keyof Origins, origins: Origins): void {
  hear(socket)
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

/** `/<enemy>/<run>/<source>`, and what the enemy makes of it. */
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
  ENEMIES[Number(index)]?.serve?.(visit)
}

function note(run: string, request: Request): Request[] {
  const requests = log.get(run) ?? []
  requests.push(request)
  log.set(run, requests)
  return requests
}

/** Connections break here all the time. */
function hear(socket: Socket): void {
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
}
