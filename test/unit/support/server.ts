/** A local server for one test. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Serves until the end of the test. Returns the origin without a slash at the end. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts an event stream and leaves it open. */
export function startStream(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.flushHeaders()
  if (text !== '') response.write(text)
}

/** Resolves when the client has disconnected. */
export function disconnected(request: IncomingMessage): Promise<void> {
  return new Promise((gone) =>
    request.socket.once('close', () => {
      gone()
    }),
  )
}
