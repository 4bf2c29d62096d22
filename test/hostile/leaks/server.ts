/** The server of the leak tests, a separate process: reports its open sockets on request, and each request that has a query. */

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Longer than the part of a refused response that a client reads. */
const PAGE = 'Sorry. '.repeat(20_000)

/** Responses by path. They stay open unless ended here. */
const ANSWERS: Record<string, (response: ServerResponse, query: string) => void> = {
  '/message': (response) => response.write('data: x\n\n'),
  '/unfinished': (response) => response.write(': a comment\ndata: x'),
  // Far more than is read ahead for a loop.
  '/many': (response) => response.write('data: x\n\n'.repeat(100_000)),
  '/end': (response) => response.end('retry: 0\ndata: x\n\n'),
  '/wait': (response) => response.end('retry: 60000\ndata: x\n\n'),
  '/refused': (response) => {
    response.statusCode = 500
    response.write(PAGE)
  },
  // Shorter than the part a client reads, so it waits for more.
  '/refusing': (response) => {
    response.statusCode = 500
    response.write('Sorry')
  },
  '/moved': (response, query) => {
    response.writeHead(307, { Location: `/silent?${query}` })
    response.write('It is elsewhere')
  },
  '/not-found': (response) => {
    response.statusCode = 404
    response.end('There is nothing here')
  },
  '/silent': () => undefined,
  '/half': ({ socket }) => socket?.write('HTTP/1.1 200 OK\r\nContent-Ty'),
}

/** Responses whose sockets are in use; fetch keeps idle sockets open for seconds. */
const unfinished = new Set<ServerResponse>()
// Closing an idle connection just as a request arrives would repeat the request.
const server = createServer({ noDelay: true, keepAliveTimeout: 600_000 }, (request, response) => {
  response.setHeader('Content-Type', 'text/event-stream')
  unfinished.add(response)
  response.once('close', () => unfinished.delete(response))
  const [path = '', query] = request.url?.split('?') ?? []
  ANSWERS[path]?.(response, query ?? '')
  if (query !== undefined) process.send?.({ arrived: request.url })
})
server.on('connection', (socket) => {
  socket.on('error', () => undefined)
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => process.send?.({ sockets: unfinished.size }))
process.once('disconnect', () => {
  process.exit()
})
