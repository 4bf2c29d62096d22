/** A script in a runtime, as a process of its own. */

import { spawn, type ChildProcess } from 'node:child_process'
import { path } from '../conformance/bundle.ts'

/** How long a process may take for what it should do, in ms. */
const PATIENCE = 120_000

export class Script {
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  output = ''

  /** Starts `scripts/<name>.mjs` with the runtime's command. */
  constructor([binary = '', ...own]: string[], name: string, args: string[], env: Record<string, string> = {}) {
    this.#child = spawn(binary, [...own, path(`test/runtimes/scripts/${name}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString()
      this.#changed()
    })
    this.#child.once('close', () => {
      this.#changed()
    })
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it has ended by itself, without an error. */
  async ends(): Promise<void> {
    await this.#until(() => !this.isAlive, 'end')
    const { exitCode, signalCode } = this.#child
    if (exitCode !== 0) throw new Error(`it ended with ${String(exitCode ?? signalCode)}`)
  }

  /** Resolves when its output contains a text, within so many ms. */
  async says(text: string, within = PATIENCE): Promise<void> {
    await this.#until(() => this.output.includes(text), `say "${text}"`, within)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Stops it where it stands; its sockets stay. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  #until(holds: () => boolean, what: string, within = PATIENCE): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        settle()
      }
      const fail = (): void => {
        finish(() => {
          reject(new Error(`it did not ${what}. It is ${this.isAlive ? 'alive' : 'dead'} and said "${this.output}"`))
        })
      }
      const look = (): void => {
        if (holds()) finish(resolve)
        else if (!this.isAlive) fail()
      }
      const timer = setTimeout(fail, within)
      this.#watchers.add(look)
      look()
    })
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}
