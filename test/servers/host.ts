/** Runs one of the programs in a separate process, controlled by the test: `node host.ts express` */

import diagnostics from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import type { AddressInfo, Server as AnyServer, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { open, publish } from './programs/news.ts'

/** IPC messages from the test. */
export type Order =
  | { do: 'publish'; news: [event: string, data: string][] }
  | { do: 'drop'; news: [event: string, data: string][] }
  | { do: 'count' }

/** IPC messages to the test. */
export type Notice = { port: number } | { events: number; chats: number; connections: number }

/** Node strips types, but does not support decorators. */
registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('/nest.ts')) return nextLoad(url, context)
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } }
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), { loader: 'ts', tsconfigRaw })
    return { format: 'module', source: code, shortCircuit: true }
  },
})

const sockets = new Set<Socket>()

// The programs don't report their port.
diagnostics.channel('tracing:net.server.listen:asyncEnd').subscribe((message) => {
  const { server } = message as { server: AnyServer }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  notify({ port: (server.address() as AddressInfo).port })
})

process.on('message', (order: Order) => {
  if (order.do === 'publish') for (const news of order.news) publish(...news)
  else if (order.do === 'drop') drop(order.news)
  else notify({ ...open, connections: sockets.size })
})

const [, , name = ''] = process.argv
// NestJS needs a separate tsconfig.json.
await import(`./programs/${name === 'nest' ? 'nest/' : ''}${name}.ts`)

/** Drops all connections, then publishes. Done in this process, because clients may reconnect before the test can react. */
function drop(news: [event: string, data: string][]): void {
  for (const socket of sockets) socket.destroy()
  const publishOnceClosed = (): void => {
    if (open.events > 0) setImmediate(publishOnceClosed)
    else for (const one of news) publish(...one)
  }
  publishOnceClosed()
}

function notify(notice: Notice): void {
  process.send?.(notice)
}
