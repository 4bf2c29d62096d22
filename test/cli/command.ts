/** Runs the command as a process. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { keep } from '../children.ts'
import { until } from '../servers/until.ts'

export const CLI = path('dist/cli.js')

export interface Outcome {
  code: number | null
  output: string
  errors: string
}

/** Without the variables of the test run that affect the output. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:NO_COLOR|FORCE_COLOR|NODE_.*|npm_.*|CI)$/.test(name)),
)

export class Command {
  readonly child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<unknown>
  readonly #chunks: Buffer[] = []
  errors = ''

  constructor(words: string[], env: Record<string, string> = {}) {
    mkdirSync(path('.cache'), { recursive: true })
    const [binary = '', ...args] = words
    this.child = keep(spawn(binary, args, { cwd: path('.cache'), env: { ...ENV, TERM: 'xterm-256color', ...env } }))
    this.child.stdout.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
    this.#closed = new Promise((resolve) => this.child.once('close', resolve))
    // It may exit before it has read all its input.
    this.child.stdin.on('error', () => undefined)
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get output(): string {
    return this.bytes.toString()
  }

  async prints(text: string): Promise<void> {
    await this.#waitFor(() => this.output.includes(text), text)
  }

  async complains(text: string): Promise<void> {
    await this.#waitFor(() => this.errors.includes(text), text)
  }

  /** Resolves when it has exited. */
  async exits(): Promise<Outcome> {
    await this.#waitFor(() => this.#hasExited, 'exit')
    await this.#closed
    return { code: this.child.exitCode, output: this.output, errors: this.errors }
  }

  get #hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  #waitFor(holds: () => boolean, expected: string): Promise<void> {
    return until(
      () => holds(),
      () =>
        `expected ${JSON.stringify(expected)}, got ${JSON.stringify({ code: this.child.exitCode, output: this.output, errors: this.errors })}`,
    )
  }
}

/** Runs `npx everysource …` in the Node that runs the tests. */
export function everysource(args: string[], env: Record<string, string> = {}): Command {
  const command = new Command([process.execPath, CLI, ...args], env)
  command.child.stdin.end()
  return command
}
