/** Runs one of the programs in a process of its own, and does what the test says: `node host.ts express` */

import diagnostics from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import type { AddressInfo, Server as AnyServer, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { open, publish } from './programs/news.ts'

/** What the test says, by IPC. */
export type Order =
  | { do: 'publish'; news: [event: string, data: string][] }
  | { do: 'drop'; news: [event: string, data: string][] }
  | { do: 'count' }

/** What it is told. */
export type Notice = { port: number } | { events: number; chats: number; connections: number }

/** Node strips types, but does not know decorators. */
registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('/nest.ts')) return nextLoad(url, context)
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } }
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), { loader: 'ts', tsconfigRaw })
    return { format: 'module', source: code, shortCircuit: true }
  },
})

const sockets = new Set<Socket>()

// The programs do not say where they listen.
diagnostics.channel('tracing:net.server.listen:asyncEnd').subscribe((message) => {
  const { server } = message as { server: AnyServer }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  tell({ port: (server.address() as AddressInfo).port })
})

process.on('message', (order: Order) => {
  if (order.do === 'publish') for (const news of order.news) publish(...news)
  else if (order.do === 'drop') drop(order.news)
  else tell({ ...open, connections: sockets.size })
})

const [, , name = ''] = process.argv
// A folder with a tsconfig.json of its own.
await import(`./programs/${name === 'nest' ? 'nest/' : ''}${name}.ts`)

/** Whether no stream is open can only be seen here: clients reconnect before another process has asked. */
function drop(news: [event: string, data: string][]): void {
  for (const socket of sockets) socket.destroy()
  const publishOnceClosed = (): void => {
    if (open.events > 0) setImmediate(publishOnceClosed)
    else for (const one of news) publish(...one)
  }
  publishOnceClosed()
}

function tell(notice: Notice): void {
  process.send?.(notice)
}
