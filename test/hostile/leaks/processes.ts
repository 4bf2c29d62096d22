/** Starts the server and the clients that may leak, and collects their reports. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { path } from '../../conformance/bundle.ts'
import { rejectAfter } from './limit.ts'
import type { Orders, Remains } from './scenario.ts'

/** Everything a client leaves behind. */
export interface Outcome extends Remains {
  /** Open sockets at the server before garbage collection. */
  sockets: number
  /** Number of requests at the server, by the start of their query. */
  arrived: Record<string, number>
}

/** A message of the server: first its port, then one of the others. */
interface ServerMessage {
  port?: number
  sockets?: number
  arrived?: string
}

/** Time limit for answers of an idle process, in ms. */
const ANSWER_LIMIT = 300_000

/** Number of checks for sockets of a killed client. */
const LOOKS = 1_000

/** Otherwise V8 frees megabytes of unused compiled code at once, which hides leaks. */
const EXEC_ARGV = ['--expose-gc', '--no-flush-bytecode']

export class Processes {
  readonly #server: ChildProcess
  readonly #base: string
  #client: ChildProcess | undefined
  #arrived: Record<string, number> = {}
  #onSockets: (sockets: number) => void = () => undefined

  private constructor(server: ChildProcess, base: string) {
    this.#server = server
    this.#base = base
    server.on('message', ({ sockets, arrived }: ServerMessage) => {
      if (sockets !== undefined) this.#onSockets(sockets)
      if (arrived !== undefined) this.#note(arrived)
    })
  }

  static async start(): Promise<Processes> {
    const server = fork(path('test/hostile/leaks/server.ts'), { execArgv: [] })
    const started = once(server, 'message') as Promise<[ServerMessage]>
    const [{ port }] = await rejectAfter(ANSWER_LIMIT, started, 'No port from the server')
    return new Processes(server, `http://127.0.0.1:${String(port)}`)
  }

  stop(): void {
    this.#server.kill('SIGKILL')
  }

  /** Runs scenarios in a separate process. */
  async run(orders: Omit<Orders, 'base'>): Promise<Outcome> {
    // Wait until the sockets of the previous, killed client are closed.
    await this.#socketsAfter(LOOKS)
    const args = [JSON.stringify({ ...orders, base: this.#base } satisfies Orders)]
    const client = fork(path('test/hostile/leaks/client.ts'), args, { execArgv: EXEC_ARGV })
    this.#client = client
    this.#arrived = {}
    const died = once(client, 'exit').then(([code]: unknown[]) => {
      throw new Error(`The client exited with ${String(code)}`)
    })
    const next = async (limit: number, missing: string): Promise<unknown> => {
      const [message] = (await rejectAfter(limit, Promise.race([once(client, 'message'), died]), missing)) as unknown[]
      return message
    }
    try {
      // The client reports its own timeout first, with the unfinished scenarios.
      const result = (await next(orders.limit + ANSWER_LIMIT, 'No result from the client')) as string
      if (result !== 'done') throw new Error(result)
      const sockets = await this.#socketsAfter(orders.looks)
      const remains = next(orders.limit, 'No remains from the client')
      client.send('continue')
      return { ...((await remains) as Remains), sockets, arrived: this.#arrived }
    } finally {
      died.catch(() => undefined)
      this.#client = undefined
      client.kill('SIGKILL')
    }
  }

  /** Number of open sockets at the server, after up to `looks` checks. */
  async #socketsAfter(looks: number): Promise<number> {
    let sockets = await this.#sockets()
    for (let look = 1; look < looks && sockets > 0; look++) {
      await delay(50)
      sockets = await this.#sockets()
    }
    return sockets
  }

  async #sockets(): Promise<number> {
    const answer = new Promise<number>((resolve) => {
      this.#onSockets = resolve
    })
    this.#server.send('sockets?')
    return rejectAfter(ANSWER_LIMIT, answer, 'No number of sockets from the server')
  }

  #note(arrived: string): void {
    const name = decodeURIComponent(arrived.slice(arrived.indexOf('?') + 1, arrived.lastIndexOf('&')))
    this.#arrived[name] = (this.#arrived[name] ?? 0) + 1
    if (this.#client?.connected) this.#client.send({ arrived })
  }
}
