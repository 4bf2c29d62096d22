/** The server, a process of its own that is killed: says when it listens, and when asked, which requests came when. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** When each request came, in ms since 1970: what the clients' process has too. */
const requests: number[] = []

const server = createServer((_, response) => {
  requests.push(Date.now())
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.write('data: here\n\n')
})

/** As many may wait to be accepted as ask at once. */
const backlog = 4_096

server.listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
// The port is another's: whoever started this tries the next.
server.once('error', () => process.exit(1))
process.on('message', () => process.send?.({ requests }))
process.once('disconnect', () => process.exit())
