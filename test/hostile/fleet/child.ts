/** Child processes that answer questions. */

import { type ChildProcess, fork } from 'node:child_process'

export class Child {
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  #messages: unknown[] = []
  #wake: (() => void) | undefined

  constructor(file: URL, args: (string | number)[]) {
    this.#process = fork(file, args.map(String))
    this.#process.on('message', (message) => {
      this.#messages.push(message)
      this.#wake?.()
    })
    this.#exited = new Promise((exited) => {
      this.#process.once('exit', () => {
        exited()
        this.#wake?.()
      })
    })
  }

  /** Whether it is still running. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  /**
   * Its next message; undefined if it exited.
   *
   * @throws after `within` ms without a message
   */
  async next(within: number): Promise<unknown> {
    const end = performance.now() + within
    while (this.#messages.length === 0 && this.isAlive) {
      const left = end - performance.now()
      if (left <= 0) throw new Error(`No message from a process for ${within} ms`)
      await new Promise<void>((wake) => {
        const limit = setTimeout(wake, left)
        this.#wake = () => {
          clearTimeout(limit)
          wake()
        }
      })
    }
    return this.#messages.shift()
  }

  /** Sends a question and returns the answer. */
  ask(question: string, within: number): Promise<unknown> {
    this.#process.send(question)
    return this.next(within)
  }

  /** Kills it without a clean shutdown: the system closes its connections. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }
}
