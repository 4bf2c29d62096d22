#!/usr/bin/env node
/** The `npx everysource` command. */

import { readFileSync } from 'node:fs'
import { readArguments } from './arguments.ts'
import { readData } from './data.ts'
import { follow, type Stop } from './follow.ts'
import { Screen } from './screen.ts'
import { HELP, UsageError } from './usage.ts'

/** npm forwards the Ctrl-C that the terminal has already sent: a second signal within this time, in ms, is a duplicate. */
const DUPLICATE_INTERRUPT = 500

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  if (args[0] === 'inspect') {
    const { inspect } = await import('./inspect.ts')
    return inspect(args.slice(1))
  }
  try {
    return await run(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`everysource: ${error.message}\nFor help, run: npx everysource --help\n`)
    return 2
  }
}

async function run(words: string[]): Promise<number> {
  const { stdout, stderr, stdin, env } = process
  const stopping = new AbortController()
  // A reader such as `head` closes the pipe when it has enough, which is not an error.
  for (const output of [stdout, stderr]) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      stopping.abort('output closed' satisfies Stop)
    })
  }
  const args = readArguments(words)
  if (args === 'help' || args === 'version') {
    stdout.write(args === 'help' ? HELP : `${version()}\n`)
    return 0
  }
  const body = args.data === undefined ? undefined : await readData(args.data, stdin)
  stopAtSignals(stopping)
  return follow(args, body, new Screen(stdout, stderr, env), stopping)
}

function stopAtSignals(stopping: AbortController): void {
  let interruptedAt = 0
  const stop = (): void => {
    if (stopping.signal.aborted && performance.now() - interruptedAt > DUPLICATE_INTERRUPT) process.exit(130)
    if (stopping.signal.aborted) return
    interruptedAt = performance.now()
    stopping.abort('interrupted' satisfies Stop)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
}

function version(): string {
  // Relative to dist/cli.js.
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
