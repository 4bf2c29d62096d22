/** A terminal of its own for a command, by util-linux's `script`, and what a person sees on it. */

import { spawnSync } from 'node:child_process'
import { until } from '../servers/until.ts'
import { CLI, Command } from './command.ts'

/** Why there are no terminals here, if so. macOS has a `script` of another kind. */
export function missingTerminal(): string | undefined {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' })
  return stdout.includes('util-linux') ? undefined : 'script, of util-linux, is not installed'
}

export class Terminal {
  readonly #command: Command

  /** Runs the command, and says its exit code when it has ended. */
  constructor(args: string[], { columns = 100, env = {} }: { columns?: number; env?: Record<string, string> } = {}) {
    const quoted = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ')
    const line = `trap : INT; stty cols ${columns} rows 30; ${quoted}; echo "code $?"`
    this.#command = new Command(['script', '--quiet', '--flush', '--command', line, '/dev/null'], {
      SHELL: '/bin/sh',
      ...env,
    })
  }

  /** All that the terminal was sent. */
  get raw(): string {
    return this.#command.output
  }

  /** The lines that are on it now. */
  get lines(): string[] {
    return linesOf(this.raw).lines
  }

  press(keys: string): void {
    this.#command.child.stdin.write(keys)
  }

  /** Resolves when a line of it is so, or has been until it was cleared: some stay for a second only. */
  async shows(line: RegExp): Promise<void> {
    const shown = (): string[] => {
      const { lines, cleared } = linesOf(this.raw)
      return [...lines, ...cleared]
    }
    await until(
      () => shown().some((text) => line.test(text)),
      () => `the terminal did not show ${String(line)}: ${JSON.stringify(this.lines)}`,
    )
  }

  async ends(): Promise<string[]> {
    await this.shows(/^code \d+$/)
    this.#command.child.stdin.end()
    await this.#command.ends()
    return this.lines
  }
}

/** What a terminal makes of it: carriage returns, and lines that are cleared. Colours do not show here. */
function linesOf(sent: string): { lines: string[]; cleared: string[] } {
  const lines: string[] = []
  const cleared: string[] = []
  let line = ''
  let column = 0
  // eslint-disable-next-line no-control-regex -- control sequences are what it takes apart
  for (const [part] of sent.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|[^]/g)) {
    if (part === '\n') {
      lines.push(line)
      line = ''
    } else if (part === '\r') column = 0
    else if (part === '\u001b[K') {
      cleared.push(line)
      line = line.slice(0, column)
    } else if (!part.startsWith('\u001b')) line = line.slice(0, column) + part + line.slice(++column)
  }
  return { lines: [...lines, line], cleared }
}
