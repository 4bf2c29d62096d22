/** A server and the clients that may leak, as their parent sees them. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { path } from '../../conformance/bundle.ts'
import { rejectAfter } from './limit.ts'
import type { Orders, Remains } from './scenario.ts'

/** What a client leaves behind. */
export interface Outcome extends Remains {
  /** How many the server still had before garbage was collected. */
  sockets: number
  /** How many requests have come to the server, by what their query begins with. */
  arrived: Record<string, number>
}

/** What the server says: its port at first, then either of the others. */
interface Word {
  port?: number
  sockets?: number
  arrived?: string
}

/** How long a process may take to answer, in ms, whose event loop should be idle. */
const ANSWER_LIMIT = 300_000

/** How often to look whether the server has lost the sockets of a client that was killed. */
const LOOKS = 1_000

/** Compiled code that has not run for a while would be dropped, megabytes at once, which hides what is kept. */
const EXEC_ARGV = ['--expose-gc', '--no-flush-bytecode']

export class Lab {
  readonly #server: ChildProcess
  readonly #base: string
  #client: ChildProcess | undefined
  #arrived: Record<string, number> = {}
  #answered: (sockets: number) => void = () => undefined

  private constructor(server: ChildProcess, base: string) {
    this.#server = server
    this.#base = base
    server.on('message', ({ sockets, arrived }: Word) => {
      if (sockets !== undefined) this.#answered(sockets)
      if (arrived !== undefined) this.#note(arrived)
    })
  }

  static async start(): Promise<Lab> {
    const server = fork(path('test/hostile/leaks/server.ts'), { execArgv: [] })
    const started = once(server, 'message') as Promise<[Word]>
    const [{ port }] = await rejectAfter(ANSWER_LIMIT, started, 'The server has not said its port')
    return new Lab(server, `http://127.0.0.1:${String(port)}`)
  }

  stop(): void {
    this.#server.kill('SIGKILL')
  }

  /** Runs a scenario in a process of its own. */
  async run(orders: Omit<Orders, 'base'>): Promise<Outcome> {
    // The client before has been killed, and its sockets with it.
    await this.#socketsAfter(LOOKS)
    const args = [JSON.stringify({ ...orders, base: this.#base } satisfies Orders)]
    const client = fork(path('test/hostile/leaks/client.ts'), args, { execArgv: EXEC_ARGV })
    this.#client = client
    this.#arrived = {}
    const died = once(client, 'exit').then(([code]: unknown[]) => {
      throw new Error(`The client ended with ${String(code)}`)
    })
    const next = async (limit: number, missing: string): Promise<unknown> => {
      const [message] = (await rejectAfter(limit, Promise.race([once(client, 'message'), died]), missing)) as unknown[]
      return message
    }
    try {
      // The client knows best what it waits for, and says so before.
      const ended = (await next(orders.limit + ANSWER_LIMIT, 'The client does not say what it waits for')) as string
      if (ended !== 'done') throw new Error(ended)
      const sockets = await this.#socketsAfter(orders.looks)
      const remains = next(orders.limit, 'The client does not say what remains')
      client.send('go on')
      return { ...((await remains) as Remains), sockets, arrived: this.#arrived }
    } finally {
      died.catch(() => undefined)
      this.#client = undefined
      client.kill('SIGKILL')
    }
  }

  /** How many sockets the server has, after so many looks if it keeps some. */
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
      this.#answered = resolve
    })
    this.#server.send('sockets?')
    return rejectAfter(ANSWER_LIMIT, answer, 'The server does not say how many sockets it has')
  }

  #note(arrived: string): void {
    const name = decodeURIComponent(arrived.slice(arrived.indexOf('?') + 1, arrived.lastIndexOf('&')))
    this.#arrived[name] = (this.#arrived[name] ?? 0) + 1
    if (this.#client?.connected) this.#client.send({ arrived })
  }
}
