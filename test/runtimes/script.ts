/** A script that runs in a separate process. */

import { spawn, type ChildProcess } from 'node:child_process'
import { path } from '../conformance/bundle.ts'

/** How long to wait for a process, in ms. */
const PATIENCE = 120_000

export class Script {
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  output = ''

  /** Starts `scripts/<name>.mjs` with the command of a runtime. */
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

  /** Resolves when the process exits without an error. */
  async exits(): Promise<void> {
    await this.#until(() => !this.isAlive, 'exit')
    const { exitCode, signalCode } = this.#child
    if (exitCode !== 0) throw new Error(`the process exited with ${String(exitCode ?? signalCode)}`)
  }

  /** Resolves when the output contains a text; rejects after a time in ms. */
  async says(text: string, within = PATIENCE): Promise<void> {
    await this.#until(() => this.output.includes(text), `print "${text}"`, within)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Suspends the process; its sockets stay open. */
  suspend(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
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
          reject(
            new Error(
              `the process did not ${what}. It is ${this.isAlive ? 'running' : 'dead'} and printed "${this.output}"`,
            ),
          )
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
