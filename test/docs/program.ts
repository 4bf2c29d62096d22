/** A process that a block of the documentation runs in: what it prints, and how it ends. */

import { type ChildProcess, spawn } from 'node:child_process'
import { expect, vi } from 'vitest'

/** How long a program may take for what it should do, in ms. Says only when to stop waiting: other tests have their programs too. */
export const PATIENCE = 180_000

export class Program {
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  #isOver = false
  output = ''
  errors = ''

  constructor([binary = '', ...args]: string[], cwd: string, env: Record<string, string>) {
    // A group of its own, so that what a shell has started ends with it.
    this.#child = spawn(binary, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      this.#changed()
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
      this.#changed()
    })
    // Not with `exit`: its streams may have more to say after it.
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

  /** Resolves when it has printed this. */
  prints(output: string): Promise<void> {
    return this.#until(() => this.output.includes(output), `print ${JSON.stringify(output)}`)
  }

  /** Resolves when it has printed this to where errors go. */
  complains(errors: string): Promise<void> {
    return this.#until(() => this.errors.includes(errors), `complain ${JSON.stringify(errors)}`)
  }

  /** Resolves when it has ended by itself, having printed nothing but this. */
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

  /** Resolves when it has ended by itself. */
  async exits(): Promise<void> {
    await this.#until(() => this.#isOver, 'end')
    expect({ signal: this.#child.signalCode, output: this.output, errors: this.errors }).toMatchObject({ signal: null })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Its exit code, once it has ended. */
  get code(): number | null {
    return this.#child.exitCode
  }

  /** As Ctrl-C does. */
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
    for (const look of [...this.#watchers]) look()
  }

  /** Looks whenever it has printed something or has ended: hundreds of tests that look every few ms would keep a core busy. */
  #until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const fail = (how: string): void => {
        finish()
        const { output, errors, code } = this
        reject(new Error(`${how} and did not ${what}: ${JSON.stringify({ output, errors, code }, null, 2)}`))
      }
      const look = (): void => {
        if (holds()) {
          finish()
          resolve()
        } else if (this.#isOver) {
          fail('It has ended')
        }
      }
      const timer = setTimeout(() => {
        fail(`It was given ${PATIENCE / 1000} s`)
      }, PATIENCE)
      this.#watchers.add(look)
      look()
    })
  }
}

/** Resolves when the assertions hold, of what tells nobody when it changes. */
export function until(assertions: () => void): Promise<void> {
  return vi.waitFor(assertions, { timeout: PATIENCE, interval: 20 })
}
