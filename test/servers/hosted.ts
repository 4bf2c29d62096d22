/** Controls a documented program that runs in a separate process. */

import { type ChildProcess, fork } from 'node:child_process'
import { path } from '../conformance/bundle.ts'
import { keep } from '../children.ts'
import type { Notice, Order } from './host.ts'
import { until } from './until.ts'

interface Counts {
  events: number
  chats: number
  connections: number
}

export class Hosted {
  readonly origin: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.origin = `http://127.0.0.1:${port}`
  }

  /** @param name of a file in `programs` */
  static async start(name: string, env: Record<string, string> = {}, cwd?: string): Promise<Hosted> {
    const child = keep(
      fork(path('test/servers/host.ts'), [name], {
        // Without keep-alive comments by default, which would reveal disconnects to the server.
        env: { ...process.env, NODE_ENV: 'production', PORT: '0', HEARTBEAT: '3600000', ...env },
        ...(cwd !== undefined && { cwd }),
        // Discards the logs of the programs.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    )
    const port = await new Promise<number>((resolve, reject) => {
      child.on('message', (notice: Notice) => {
        if ('port' in notice) resolve(notice.port)
      })
      child.once('error', reject)
      child.once('exit', (code) => {
        reject(new Error(`${name} exited with ${String(code)}`))
      })
    })
    return new Hosted(child, port)
  }

  publish(...news: [event: string, data: string][]): void {
    this.#order({ do: 'publish', news })
  }

  /** Drops all connections, and publishes once no stream is open, before any client reconnects. */
  drop(...news: [event: string, data: string][]): void {
    this.#order({ do: 'drop', news })
  }

  /** Resolves when `count` streams are open. */
  async serves(what: keyof Counts, count: number, within?: number): Promise<void> {
    await until(
      async () => (await this.count(what)) === count,
      async () => `${await this.count(what)} ${what} instead of ${count}`,
      within,
    )
  }

  async count(what: keyof Counts): Promise<number> {
    return (await this.#count())[what]
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await exited
  }

  async #count(): Promise<Counts> {
    return new Promise((resolve, reject) => {
      const onMessage = (notice: Notice): void => {
        if (!('events' in notice)) return
        settle()
        resolve(notice)
      }
      const settle = (): void => {
        this.#child.off('message', onMessage)
        this.#child.off('exit', gone)
      }
      const gone = (): void => {
        settle()
        reject(new Error('the server has exited'))
      }
      this.#child.on('message', onMessage)
      this.#child.on('exit', gone)
      this.#order({ do: 'count' })
    })
  }

  #order(order: Order): void {
    if (!this.#child.connected) throw new Error('the server has exited')
    this.#child.send(order)
  }
}
