/** A program of the page that runs in a process of its own, as the tests see it. */

import { type ChildProcess, fork } from 'node:child_process'
import { path } from '../conformance/bundle.ts'
import { keep } from './children.ts'
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
        // Unless they are the subject, heartbeats must not be what shows a server that a client has left.
        env: { ...process.env, NODE_ENV: 'production', PORT: '0', HEARTBEAT: '3600000', ...env },
        ...(cwd !== undefined && { cwd }),
        // Not what the programs log.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    )
    const port = await new Promise<number>((resolve, reject) => {
      child.on('message', (notice: Notice) => {
        if ('port' in notice) resolve(notice.port)
      })
      child.once('error', reject)
      child.once('exit', (code) => {
        reject(new Error(`${name} has ended with ${String(code)}`))
      })
    })
    return new Hosted(child, port)
  }

  publish(...news: [event: string, data: string][]): void {
    this.#order({ do: 'publish', news })
  }

  /** Breaks off all connections, and publishes this once no stream is being written, before any client reconnects. */
  drop(...news: [event: string, data: string][]): void {
    this.#order({ do: 'drop', news })
  }

  /** Resolves when so many streams are being written. Each look is a turn of the server's. */
  async serves(what: keyof Counts, count: number, within?: number): Promise<void> {
    await until(
      async () => (await this.count(what)) === count,
      async () => `there are ${await this.count(what)} ${what}, not ${count}`,
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
      const hear = (notice: Notice): void => {
        if (!('events' in notice)) return
        settle()
        resolve(notice)
      }
      const settle = (): void => {
        this.#child.off('message', hear)
        this.#child.off('exit', gone)
      }
      const gone = (): void => {
        settle()
        reject(new Error('the server has ended'))
      }
      this.#child.on('message', hear)
      this.#child.on('exit', gone)
      this.#order({ do: 'count' })
    })
  }

  #order(order: Order): void {
    if (!this.#child.connected) throw new Error('the server has ended')
    this.#child.send(order)
  }
}
