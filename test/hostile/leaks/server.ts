/** The server of the leaks' tests, a process of its own: says how many sockets are taken when its parent asks. */

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** More than a client reads of a response that it refuses. */
const PAGE = 'Sorry. '.repeat(20_000)

/** What is answered, by path. All but those that end stay open. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  '/message': (response) => response.write('data: x\n\n'),
  '/unfinished': (response) => response.write('data: x'),
  '/end': (response) => response.end('retry: 0\ndata: x\n\n'),
  '/wait': (response) => response.end('retry: 60000\ndata: x\n\n'),
  '/refused': (response) => {
    response.statusCode = 500
    response.write(PAGE)
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
const server = createServer({ noDelay: true }, (request, response) => {
  response.setHeader('Content-Type', 'text/event-stream')
  taken.add(response)
  response.once('close', () => taken.delete(response))
  ANSWERS[request.url ?? '']?.(response)
})
server.on('connection', (socket) => {
  socket.on('error', () => undefined)
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => process.send?.({ sockets: taken.size }))
process.once('disconnect', () => {
  process.exit()
})
