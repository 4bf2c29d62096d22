/** A server of news in the test's own process, which stands behind proxies. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './until.ts'

export interface UpstreamInit {
  /** Of the responses, besides the type. */
  headers?: Record<string, string>
  /** Ms between comments; none without it. */
  heartbeat?: number
}

export class Upstream {
  /** The headers of all requests, in order. */
  readonly requests: IncomingHttpHeaders[] = []
  readonly #init: UpstreamInit
  readonly #server: Server
  readonly #open = new Set<ServerResponse>()
  readonly #log: string[] = []
  #port = 0

  private constructor(init: UpstreamInit) {
    this.#init = init
    this.#server = createServer((request, response) => {
      this.#serve(request, response)
    })
  }

  static async start(init: UpstreamInit = {}): Promise<Upstream> {
    const upstream = new Upstream(init)
    await upstream.start()
    return upstream
  }

  get port(): number {
    return this.#port
  }

  /** At the port that it had. */
  async start(): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(this.#port, '127.0.0.1', listening))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }

  /** To everybody; the next ID. */
  publish(data: string): void {
    this.#log.push(data)
    for (const response of this.#open) response.write(this.#block(this.#log.length))
  }

  /** Ends the responses. */
  end(): void {
    for (const response of this.#open) response.end()
  }

  async serves(count: number, within?: number): Promise<void> {
    await until(
      () => this.#open.size === count,
      () => `there are ${this.#open.size} responses, not ${count}`,
      within,
    )
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // Where it has been asked to be late.
    if (request.url?.endsWith('/never')) return
    this.requests.push(request.headers)
    response.writeHead(200, { 'Content-Type': 'text/event-stream', ...this.#init.headers })
    response.flushHeaders()
    response.write('retry: 100\n\n')
    const { 'last-event-id': lastEventId } = request.headers
    for (let id = Number(lastEventId ?? this.#log.length) + 1; id <= this.#log.length; id++) {
      response.write(this.#block(id))
    }
    this.#open.add(response)
    const { heartbeat } = this.#init
    const beat = heartbeat === undefined ? undefined : setInterval(() => response.write(':\n\n'), heartbeat)
    response.once('close', () => {
      clearInterval(beat)
      this.#open.delete(response)
    })
  }

  #block(id: number): string {
    return `id: ${id}\ndata: ${this.#log[id - 1] ?? ''}\n\n`
  }
}
