/** The server, a separate process: reports its port, and on any message the times of its requests. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Time of each request, in ms since 1970, the clock of the clients' process too. */
const requests: number[] = []

const server = createServer((_, response) => {
  requests.push(Date.now())
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.write('data: here\n\n')
})

/** All sources may connect at once. */
const backlog = 4_096

server.listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
// The port is in use: the parent tries another.
server.once('error', () => process.exit(1))
process.on('message', () => process.send?.({ requests }))
process.once('disconnect', () => process.exit())
