/** Starts the process of the hostile servers, and asks it for its log. */

import { fork, type ChildProcess } from 'node:child_process'
import { path } from '../../conformance/bundle.ts'
import type { Certificates } from '../../docs/certificates.ts'
import type { Origins, Request } from './hostile-server.ts'

export type Query = { id: number } & Body

export interface Answer {
  id: number
  result: unknown
}

type Body = { certificates: Certificates } | { log: string }

export class ServerProcess {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, (result: unknown) => void>()
  readonly #exited: Promise<never>
  #next = 0
  origins: Origins = { main: '', other: '', secure: '' }
  /** Origins of the servers that act before a request arrives, by index. */
  greeters: Record<number, string> = {}

  private constructor() {
    this.#child = fork(path('test/hostile/servers/server.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#exited = new Promise((_, reject) => {
      this.#child.once('exit', () => {
        reject(new Error('The process of the hostile servers exited'))
      })
    })
    // `stop()` rejects it too.
    this.#exited.catch(() => undefined)
    this.#child.on('message', ({ id, result }: Answer) => {
      this.#pending.get(id)?.(result)
      this.#pending.delete(id)
    })
  }

  static async start(certificates: Certificates): Promise<ServerProcess> {
    const server = new ServerProcess()
    const { origins, greeters } = (await server.#ask({ certificates })) as Pick<ServerProcess, 'origins' | 'greeters'>
    server.origins = origins
    server.greeters = greeters
    return server
  }

  /** Returns the requests of a run in order, and clears them. */
  async requests(run: string): Promise<Request[]> {
    return (await this.#ask({ log: run })) as Request[]
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(body: Body): Promise<unknown> {
    const id = this.#next++
    const answered = new Promise((resolve) => this.#pending.set(id, resolve))
    this.#child.send({ id, ...body } satisfies Query)
    return Promise.race([answered, this.#exited])
  }
}
