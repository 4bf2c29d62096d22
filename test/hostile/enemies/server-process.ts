/** The server of the enemies, as its parent sees it. */

import { fork, type ChildProcess } from 'node:child_process'
import { path } from '../../conformance/bundle.ts'
import type { Certificates } from '../../docs/certificates.ts'
import type { Origins, Request } from './enemy.ts'

export type Question = { id: number } & ({ certificates: Certificates } | { log: string })

export interface Answer {
  id: number
  result: unknown
}

type Asked = { certificates: Certificates } | { log: string }

export class EnemyServer {
  readonly #child: ChildProcess
  readonly #asked = new Map<number, (result: unknown) => void>()
  readonly #died: Promise<never>
  #next = 0
  origins: Origins = { main: '', other: '', secure: '' }
  /** Of the enemies that do not wait for a request, by their index. */
  greeters: Record<number, string> = {}

  private constructor() {
    this.#child = fork(path('test/hostile/enemies/server.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#died = new Promise((_, reject) => {
      this.#child.once('exit', () => {
        reject(new Error('The server of the enemies has died'))
      })
    })
    // It does when it is stopped.
    this.#died.catch(() => undefined)
    this.#child.on('message', ({ id, result }: Answer) => {
      this.#asked.get(id)?.(result)
      this.#asked.delete(id)
    })
  }

  static async start(certificates: Certificates): Promise<EnemyServer> {
    const server = new EnemyServer()
    const { origins, greeters } = (await server.#ask({ certificates })) as Pick<EnemyServer, 'origins' | 'greeters'>
    server.origins = origins
    server.greeters = greeters
    return server
  }

  /** What has come under that name, in order; it is forgotten. */
  async requests(run: string): Promise<Request[]> {
    return (await this.#ask({ log: run })) as Request[]
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(question: Asked): Promise<unknown> {
    const id = this.#next++
    const answered = new Promise((resolve) => this.#asked.set(id, resolve))
    this.#child.send({ id, ...question } satisfies Question)
    return Promise.race([answered, this.#died])
  }
}
