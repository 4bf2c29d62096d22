/** `npm start`: starts the demo's server and shows a tour of its streams. */

import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startServer } from './server.ts'
import { createTerminal } from './terminal.ts'
import { tour, TWO_SIDED } from './tour.ts'

const DEFAULT_PORT = 8000

const USAGE = `Usage: npm start [-- --once]

Starts a server with event streams, shows a tour of them in the terminal,
and leaves the server running until Ctrl-C.

  --once   end after the tour
  --help   show this

Environment:
  PORT     the port to use, ${DEFAULT_PORT} if not set; if it is taken, a free one is used
  NO_COLOR no colours, if set
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
    throw new UsageError(`PORT is "${environment.PORT ?? ''}", which is not a port: it must be from 0 to 65535`)
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
    log: (path, what) => {
      if (!touring || TWO_SIDED.includes(path)) terminal.line(path, 'server', what)
    },
  })

  const stop = () => {
    terminal.print()
    terminal.print('Stopped.')
    process.exit(0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)

  terminal.print(`everysource: the standard's EventSource, here in Node ${process.versions.node}`)
  const taken = port !== 0 && port !== server.port ? ` (port ${port} is taken)` : ''
  terminal.print(`The demo's server listens at ${server.url}${taken}`)
  terminal.print('Capitals: the state of a client. Small letters: its events. "server": what the server sees and does.')

  await tour(server.url, terminal, async () => {
    while (server.timers() > 0) await delay(10)
  })
  touring = false

  terminal.print()
  if (once) {
    terminal.print('That was the tour. Without --once the server would stay, with a page to watch them.')
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    await server.close()
  } else {
    terminal.print(
      `The server is still at ${server.url} with a page to watch these streams and any other. Ctrl-C ends it.`,
    )
  }
}

// Whoever reads along may stop reading.
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
