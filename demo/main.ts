/** `npm start`: starts the demo server and runs a tour of its streams. */

import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startServer } from './server.ts'
import { createTerminal } from './terminal.ts'
import { tour, TWO_SIDED } from './tour.ts'

const DEFAULT_PORT = 8000

const USAGE = `Usage: npm start [-- --once]

Starts a server with event streams, runs a tour of them in the terminal,
and keeps the server running until you press Ctrl-C.

  --once    exit after the tour
  --help    show this help

Environment:
  PORT      port of the server, default ${DEFAULT_PORT}; uses a free port if it is in use
  NO_COLOR  turns colors off
`

class UsageError extends Error {}

interface Arguments {
  once: boolean
  help: boolean
  port: number
}

function readArguments(args: string[], environment: NodeJS.ProcessEnv): Arguments {
  const { once, help } = readFlags(args)
  const port = environment.PORT === undefined || environment.PORT === '' ? DEFAULT_PORT : Number(environment.PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`PORT must be a number from 0 to 65535, got "${environment.PORT ?? ''}"`)
  }
  return { once, help, port }
}

function readFlags(args: string[]): { once: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    return { once: values.once ?? false, help: values.help ?? false }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function main({ once, port }: Arguments): Promise<void> {
  const terminal = createTerminal(process.stdout)
  let touring = true
  const server = await startServer({
    port,
    log: (path, text) => {
      if (!touring || TWO_SIDED.includes(path)) terminal.line(path, 'server', text)
    },
  })

  const stop = () => {
    terminal.print()
    terminal.print('Stopped.')
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  terminal.print(`everysource: a standard EventSource, running in Node ${process.versions.node}`)
  const note = port !== 0 && port !== server.port ? ` (port ${port} is in use)` : ''
  terminal.print(`Demo server listening at ${server.url}${note}`)
  terminal.print('Labels: client states in capitals, client events in lowercase, "server" for the server log.')

  await tour(server.url, terminal, async () => {
    while (server.timers() > 0) await delay(10)
  })
  touring = false

  terminal.print()
  if (once) {
    terminal.print('Tour finished. Without --once, the server keeps running, with a page to watch the streams.')
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    await server.close()
  } else {
    terminal.print(
      `The server is still running. Open ${server.url} to watch these streams or any other. Press Ctrl-C to stop.`,
    )
  }
}

// The reader of a pipe may close it.
process.stdout.on('error', () => process.exit(0))

try {
  const args = readArguments(process.argv.slice(2), process.env)
  if (args.help) process.stdout.write(USAGE)
  else await main(args)
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${USAGE}`)
    process.exit(2)
  }
  throw error
}
