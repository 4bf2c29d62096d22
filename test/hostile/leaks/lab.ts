/** A server and the clients that may leak, as their parent sees them. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { path } from '../../conformance/bundle.ts'
import type { Orders, Remains } from './scenario.ts'

/** What a client leaves behind, and how many sockets the server still had before garbage was collected. */
export interface Outcome extends Remains {
  sockets: number
}

export class Lab {
  readonly #server: ChildProcess
  readonly #base: string

  private constructor(server: ChildProcess, base: string) {
    this.#server = server
    this.#base = base
  }

  static async start(): Promise<Lab> {
    const server = fork(path('test/hostile/leaks/server.ts'), { execArgv: [] })
    const [{ port }] = (await once(server, 'message')) as [{ port: number }]
    return new Lab(server, `http://127.0.0.1:${port}`)
  }

  stop(): void {
    this.#server.kill('SIGKILL')
  }

  /** Runs a scenario in a process of its own. */
  async run(orders: Omit<Orders, 'base'>): Promise<Outcome> {
    const before = await this.#sockets()
    const args = [JSON.stringify({ ...orders, base: this.#base } satisfies Orders)]
    const client = fork(path('test/hostile/leaks/client.ts'), args, { execArgv: ['--expose-gc'] })
    const died = once(client, 'exit').then(([code]: unknown[]) => {
      throw new Error(`The client ended with ${String(code)}`)
    })
    const next = async (): Promise<unknown> => ((await Promise.race([once(client, 'message'), died])) as unknown[])[0]
    try {
      await next()
      let sockets = NaN
      for (const end = performance.now() + orders.patience; performance.now() < end && sockets !== 0;) {
        sockets = (await this.#sockets()) - before
        if (sockets !== 0) await delay(50)
      }
      client.send('go on')
      return { ...((await next()) as Remains), sockets }
    } finally {
      died.catch(() => undefined)
      client.kill('SIGKILL')
    }
  }

  async #sockets(): Promise<number> {
    this.#server.send('sockets?')
    const [{ sockets }] = (await once(this.#server, 'message')) as [{ sockets: number }]
    return sockets
  }
}
