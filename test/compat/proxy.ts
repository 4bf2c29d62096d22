/** A proxy that sends every request to one URL. */

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Proxy {
  origin: string
  /** The requested URLs. */
  requested: string[]
  close: () => void
}

export async function startProxy(target: string): Promise<Proxy> {
  const requested: string[] = []
  const server = createServer((incoming, response) => {
    requested.push(incoming.url ?? '')
    const outgoing = request(target, { headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    response.once('close', () => outgoing.destroy())
    outgoing.on('error', () => response.destroy())
    outgoing.end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requested,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
