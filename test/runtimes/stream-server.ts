/** A small event stream server that can be stopped and restarted on the same port. */

import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Writes the nth response, counted from 1; the Content-Type is already set. */
type Serve = (response: ServerResponse, n: number) => unknown

export class StreamServer {
  readonly #server: Server
  #port = 0
  /** The number of stream requests so far. */
  requests = 0

  private constructor(serve: Serve) {
    this.#server = createServer({ noDelay: true }, (request, response) => {
      response.setHeader('Content-Type', request.url === '/plain' ? 'text/plain' : 'text/event-stream')
      if (request.url !== '/plain') this.requests++
      serve(response, this.requests)
    })
  }

  static async start(serve: Serve): Promise<StreamServer> {
    const server = new StreamServer(serve)
    await server.start()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/stream`
  }

  /** Responds like the stream, but as plain text, and is not counted. */
  get plainURL(): string {
    return `http://127.0.0.1:${this.#port}/plain`
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Closes all connections and stops listening. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
