/** A server that sends a greeting to each client and keeps the connection open. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface MessageServer {
  url: string
  close(): void
}

export async function messageServer(): Promise<MessageServer> {
  const server = createServer((_request, response) => {
    // happy-dom enforces CORS.
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Access-Control-Allow-Origin': '*' })
    response.write('event: greeting\nid: 1\ndata: hello\n\n')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
