/** A server of news in the test's process, behind a proxy. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { freePort } from './port.ts'
import { until } from './until.ts'

/** Path of requests that only make a round trip. */
const TURN = '/turn'

/**
 * Makes several requests, one after the other. Earlier data of the server has arrived by then, unless a proxy buffers it. This avoids
 * waiting for a fixed time.
 */
export async function turns(url: string, count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await fetch(url + TURN)
}

export interface UpstreamInit {
  /** Response headers in addition to the type. */
  headers?: Record<string, string>
  /** Interval between keep-alive comments in ms; none if absent. */
  keepAlive?: number
}

export class Upstream {
  /** The headers of all requests, in order. */
  readonly requests: IncomingHttpHeaders[] = []
  readonly #init: UpstreamInit
  readonly #server: Server
  readonly #open = new Set<ServerResponse>()
  readonly #log: string[] = []
  #port: number | undefined

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
    return this.#port ?? 0
  }

  /** Starts it, on the same port as before. */
  async start(): Promise<void> {
    const port = (this.#port ??= await freePort())
    await new Promise<void>((listening, failed) => {
      this.#server.once('error', failed).listen(port, '127.0.0.1', () => {
        this.#server.off('error', failed)
        listening()
      })
    })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }

  /** Sends a message to all clients, with the next ID. */
  publish(data: string): void {
    this.#log.push(data)
    for (const response of this.#open) response.write(this.#block(this.#log.length))
  }

  /** Whether a request had this last event ID. */
  isResumedAfter(id: string): boolean {
    return this.requests.some((headers) => headers['last-event-id'] === id)
  }

  /** Ends the responses. */
  end(): void {
    for (const response of this.#open) response.end()
  }

  async serves(count: number, within?: number): Promise<void> {
    await until(
      () => this.#open.size === count,
      () => `${this.#open.size} responses instead of ${count}`,
      within,
    )
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.endsWith(TURN)) {
      response.writeHead(204).end()
      return
    }
    // A request that is never answered.
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
    const { keepAlive } = this.#init
    const timer = keepAlive === undefined ? undefined : setInterval(() => response.write(':\n\n'), keepAlive)
    response.once('close', () => {
      clearInterval(timer)
      this.#open.delete(response)
    })
  }

  #block(id: number): string {
    return `id: ${id}\ndata: ${this.#log[id - 1] ?? ''}\n\n`
  }
}
