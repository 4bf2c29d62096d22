/** The command as a process, and what it prints. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'
import { keep } from '../servers/children.ts'
import { until } from '../servers/until.ts'

export const CLI = path('dist/cli.js')

/** What a command has come to. */
export interface Outcome {
  code: number | null
  output: string
  errors: string
}

/** Nothing of the environment of the tests decides what is printed. */
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
    // It may end before it has read everything.
    this.child.stdin.on('error', () => undefined)
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get output(): string {
    return this.bytes.toString()
  }

  async prints(text: string): Promise<void> {
    await this.#shows(() => this.output.includes(text), text)
  }

  async complains(text: string): Promise<void> {
    await this.#shows(() => this.errors.includes(text), text)
  }

  /** Resolves when it has ended by itself. */
  async ends(): Promise<Outcome> {
    await this.#shows(() => this.#hasExited, 'an end')
    await this.#closed
    return { code: this.child.exitCode, output: this.output, errors: this.errors }
  }

  get #hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  #shows(holds: () => boolean, what: string): Promise<void> {
    return until(
      // What has ended will print no more; `ends` is told so by its condition.
      () => holds(),
      () =>
        `there was no ${JSON.stringify(what)}: ${JSON.stringify({ code: this.child.exitCode, output: this.output, errors: this.errors })}`,
    )
  }
}

/** `npx everysource …`, in the Node that runs the tests. */
export function everysource(args: string[], env: Record<string, string> = {}): Command {
  const command = new Command([process.execPath, CLI, ...args], env)
  command.child.stdin.end()
  return command
}
