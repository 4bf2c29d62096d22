/** The server of the leaks' tests, a process of its own: says how many sockets are taken when its parent asks, and of each request with a query that it has arrived. */

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** More than a client reads of a response that it refuses. */
const PAGE = 'Sorry. '.repeat(20_000)

/** What is answered, by path. All but those that end stay open. */
const ANSWERS: Record<string, (response: ServerResponse, query: string) => void> = {
  '/message': (response) => response.write('data: x\n\n'),
  '/unfinished': (response) => response.write(': a comment\ndata: x'),
  // Far more than a loop that takes none has read for it.
  '/many': (response) => response.write('data: x\n\n'.repeat(100_000)),
  '/end': (response) => response.end('retry: 0\ndata: x\n\n'),
  '/wait': (response) => response.end('retry: 60000\ndata: x\n\n'),
  '/refused': (response) => {
    response.statusCode = 500
    response.write(PAGE)
  },
  // Less than a client reads: it waits for more.
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

/** Those whose sockets are in use: one that idles, the runtime's fetch keeps for seconds. */
const taken = new Set<ServerResponse>()
// A connection that is kept must not be closed just as a request comes over it, which would come again.
const server = createServer({ noDelay: true, keepAliveTimeout: 600_000 }, (request, response) => {
  response.setHeader('Content-Type', 'text/event-stream')
  taken.add(response)
  response.once('close', () => taken.delete(response))
  const [path = '', query] = request.url?.split('?') ?? []
  ANSWERS[path]?.(response, query ?? '')
  if (query !== undefined) process.send?.({ arrived: request.url })
})
server.on('connection', (socket) => {
  socket.on('error', () => undefined)
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => process.send?.({ sockets: taken.size }))
process.once('disconnect', () => {
  process.exit()
})
