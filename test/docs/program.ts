/** A process started by a documentation block: its output and exit. */

import { type ChildProcess, spawn } from 'node:child_process'
import { expect, vi } from 'vitest'

/** Timeout for a program, in ms. Long, because other tests run programs at the same time. */
export const PATIENCE = 180_000

export class Program {
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  #isOver = false
  output = ''
  errors = ''

  constructor([binary = '', ...args]: string[], cwd: string, env: Record<string, string>) {
    // A separate process group, so that children of a shell are killed too.
    this.#child = spawn(binary, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      this.#changed()
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
      this.#changed()
    })
    // Not on `exit`, because more output may follow.
    this.#child.once('close', () => {
      this.#isOver = true
      this.#changed()
    })
    this.#child.once('error', (error) => {
      this.errors += error.message
      this.#isOver = true
      this.#changed()
    })
  }

  /** Resolves when the output contains this text. */
  prints(output: string): Promise<void> {
    return this.#until(() => this.output.includes(output), `print ${JSON.stringify(output)}`)
  }

  /** Resolves when stderr contains this text. */
  complains(errors: string): Promise<void> {
    return this.#until(() => this.errors.includes(errors), `print to stderr ${JSON.stringify(errors)}`)
  }

  /** Resolves when the program has exited on its own with exactly this output. */
  async ends({
    output = '',
    errors = '',
    code = 0,
  }: {
    output?: string
    errors?: string
    code?: number
  }): Promise<void> {
    await this.exits()
    expect({ output: this.output, errors: this.errors, code: this.code }).toEqual({ output, errors, code })
  }

  /** Resolves when the program has exited on its own. */
  async exits(): Promise<void> {
    await this.#until(() => this.#isOver, 'exit')
    expect({ signal: this.#child.signalCode, output: this.output, errors: this.errors }).toMatchObject({ signal: null })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Exit code, once it has exited. */
  get code(): number | null {
    return this.#child.exitCode
  }

  /** Like Ctrl-C. */
  interrupt(): void {
    this.#child.kill('SIGINT')
  }

  hangUp(): void {
    this.#child.kill('SIGHUP')
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    process.kill(-pid, 'SIGKILL')
  }

  #changed(): void {
    for (const check of [...this.#watchers]) check()
  }

  /** Checks on output and exit. Polling in hundreds of tests would keep a core busy. */
  #until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
      }
      const fail = (how: string): void => {
        finish()
        const { output, errors, code } = this
        reject(new Error(`${how} and did not ${what}: ${JSON.stringify({ output, errors, code }, null, 2)}`))
      }
      const check = (): void => {
        if (holds()) {
          finish()
          resolve()
        } else if (this.#isOver) {
          fail('The program exited')
        }
      }
      const timer = setTimeout(() => {
        fail(`The program ran for ${PATIENCE / 1000} s`)
      }, PATIENCE)
      this.#watchers.add(check)
      check()
    })
  }
}

/** Waits for assertions to hold. For conditions without an event. */
export function until(assertions: () => void): Promise<void> {
  return vi.waitFor(assertions, { timeout: PATIENCE, interval: 20 })
}
