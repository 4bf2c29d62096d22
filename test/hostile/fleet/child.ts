/** Processes that answer when they are asked. */

import { type ChildProcess, fork } from 'node:child_process'

export class Child {
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  #heard: unknown[] = []
  #listens: (() => void) | undefined

  constructor(file: URL, args: (string | number)[]) {
    this.#process = fork(file, args.map(String))
    this.#process.on('message', (message) => {
      this.#heard.push(message)
      this.#listens?.()
    })
    this.#exited = new Promise((exited) => {
      this.#process.once('exit', () => {
        exited()
        this.#listens?.()
      })
    })
  }

  /** Whether it is still there. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  /**
   * The next thing that it says; undefined where it has ended instead.
   *
   * @throws where it says nothing for so many ms
   */
  async says(within: number): Promise<unknown> {
    const end = performance.now() + within
    while (this.#heard.length === 0 && this.isAlive) {
      const left = end - performance.now()
      if (left <= 0) throw new Error(`A process has said nothing for ${within} ms`)
      await new Promise<void>((listens) => {
        const limit = setTimeout(listens, left)
        this.#listens = () => {
          clearTimeout(limit)
          listens()
        }
      })
    }
    return this.#heard.shift()
  }

  /** The same, of what it says to that. */
  asked(question: string, within: number): Promise<unknown> {
    this.#process.send(question)
    return this.says(within)
  }

  /** Ends it without a word to those who are connected to it: the system does that. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }
}
