/** A small server that answers each request as a check says, and can be stopped and started again at its port. */

import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Does something with the nth response, counted from 1; its headers are set. */
type Serve = (response: ServerResponse, n: number) => unknown

export class StreamServer {
  readonly #server: Server
  #port = 0
  /** How many requests have come. */
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

  /** Answered like the stream, but not counted: for what is not the source under test. */
  get plainURL(): string {
    return `http://127.0.0.1:${this.#port}/plain`
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Cuts all connections and leaves the port. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
