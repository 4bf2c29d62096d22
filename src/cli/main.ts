#!/usr/bin/env node
/** The `npx everysource` command. */

import { readFileSync } from 'node:fs'
import { readArguments, type ReplayArguments } from './arguments.ts'
import { readData } from './data.ts'
import { follow, type Stop } from './follow.ts'
import { readRecording, Recorder } from './recording.ts'
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
  if ('replay' in args) return replay(args)
  const body = args.data === undefined ? undefined : await readData(args.data, stdin)
  const recorder = args.record === undefined ? undefined : new Recorder(args.record, args.url)
  stopAtSignals(stopping)
  try {
    return await follow(args, body, new Screen(stdout, stderr, env), stopping, recorder)
  } finally {
    await recorder?.close()
  }
}

/** Serves a recording until a signal. */
async function replay({ replay, port }: ReplayArguments): Promise<number> {
  const { startReplay } = await import('./replay.ts')
  const entries = readRecording(replay)
  const replayed = await startReplay(entries, port).catch((error: unknown) => {
    throw new UsageError(`--replay: ${(error as Error).message}`)
  })
  process.stdout.write(`${replayed.url}\n`)
  if (process.stdout.isTTY) process.stdout.write('Each request receives the recorded stream. Press Ctrl-C to stop.\n')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  replayed.close()
  return 0
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
