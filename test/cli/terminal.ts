/** Runs a command on a terminal, with util-linux's `script`, and reads the screen. */

import { spawnSync } from 'node:child_process'
import { until } from '../servers/until.ts'
import { CLI, Command } from './command.ts'

/** Why no terminal is available here, if so. The `script` of macOS takes other options. */
export function missingTerminal(): string | undefined {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' })
  return stdout.includes('util-linux') ? undefined : 'script (util-linux) is not installed'
}

export class Terminal {
  readonly #command: Command

  /** Runs the command, and prints its exit code when it has exited. */
  constructor(args: string[], { columns = 100, env = {} }: { columns?: number; env?: Record<string, string> } = {}) {
    const quoted = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ')
    const line = `trap : INT; stty cols ${columns} rows 30; ${quoted}; echo "code $?"`
    this.#command = new Command(['script', '--quiet', '--flush', '--command', line, '/dev/null'], {
      SHELL: '/bin/sh',
      ...env,
    })
  }

  /** Everything sent to the terminal. */
  get raw(): string {
    return this.#command.output
  }

  /** The lines on the screen. */
  get lines(): string[] {
    return linesOf(this.raw).lines
  }

  press(keys: string): void {
    this.#command.child.stdin.write(keys)
  }

  /** Resolves when a line matches, or did before it was cleared: some stay for only a second. */
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

  async exits(): Promise<string[]> {
    await this.shows(/^code \d+$/)
    this.#command.child.stdin.end()
    await this.#command.exits()
    return this.lines
  }
}

/** Emulates carriage returns and cleared lines; ignores colors. */
function linesOf(sent: string): { lines: string[]; cleared: string[] } {
  const lines: string[] = []
  const cleared: string[] = []
  let line = ''
  let column = 0
  // eslint-disable-next-line no-control-regex -- matching control sequences is the point
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
