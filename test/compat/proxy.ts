/** A proxy that leads whatever it is asked for to one URL. */

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Proxy {
  origin: string
  /** The URLs that it was asked for. */
  asked: string[]
  close: () => void
}

export async function startProxy(target: string): Promise<Proxy> {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    asked.push(incoming.url ?? '')
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
    asked,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
