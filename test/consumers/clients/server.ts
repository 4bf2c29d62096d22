/** A real HTTP server on loopback for the trials, which knows its event streams. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { streamEvents } from '../../../dist/index.js'

/** The longest wait for a condition, in ms. */
const PATIENCE = 60_000
/** The reconnection time, in ms, that streams tell clients. */
const RETRY = 50

export type Handler = (request: Received, response: ServerResponse, server: StreamServer) => unknown

export interface Received extends IncomingMessage {
  url: string
}

export interface StreamServer {
  origin: string
  /** Requests so far, in order. */
  readonly requests: readonly Received[]
  /** The event streams that are open. */
  readonly open: ReadonlySet<ServerResponse>
  /** Resolves once the condition holds. It is checked whenever a request arrives or a stream opens or closes. */
  until(holds: (server: StreamServer) => boolean, what: string): Promise<void>
  /** Breaks the connections of all open streams, as a failing network does. */
  drop(): void
  /** Resolves if all streams have closed and none opens again. */
  untilFreed(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function serve(handle: Handler): Promise<StreamServer> {
  const requests: Received[] = []
  let opened = 0
  const open = new Set<ServerResponse>()
  const watchers = new Set<() => void>()
  const changed = (): void => {
    for (const watcher of [...watchers]) watcher()
  }
  const http = createServer((incoming, response) => {
    const request = Object.assign(incoming, { url: incoming.url ?? '' })
    requests.push(request)
    response.once('close', () => {
      open.delete(response)
      changed()
    })
    const { writeHead } = response
    response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
      const result = Reflect.apply(writeHead, this, args) as ServerResponse
      if (isEventStream(response, args)) {
        open.add(response)
        opened++
        response.write(`retry: ${RETRY}\n\n`)
      }
      // The handler may write messages first.
      setImmediate(changed)
      return result
    } as typeof writeHead
    changed()
    void handle(request, response, server)
  })
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  const server: StreamServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    open,
    until(holds, what) {
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          clearTimeout(timer)
          watchers.delete(check)
          settle()
        }
        const check = (): void => {
          if (holds(server)) finish(resolve)
        }
        const timer = setTimeout(finish, PATIENCE, () => {
          reject(
            new Error(
              `Not within ${PATIENCE} ms: ${what}. ${open.size} streams are open of ${requests.length} requests.`,
            ),
          )
        })
        watchers.add(check)
        check()
      })
    },
    drop() {
      for (const response of open) response.socket?.destroy()
    },
    async untilFreed() {
      await server.until(() => opened > 0 && open.size === 0, 'all streams are closed')
      const before = opened
      await outlastReconnections()
      assert.equal(opened, before, 'a stream has opened again')
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await new Promise((closed) => http.close(closed))
    },
  }
  return server
}

/** Also if the headers are arguments of `writeHead`, which `getHeader` does not see. */
function isEventStream(response: ServerResponse, args: unknown[]): boolean {
  return /text\/event-stream/i.test(`${String(response.getHeader('content-type'))} ${JSON.stringify(args)}`)
}

/** A handler that answers each request with numbered messages with IDs, which continue after the last event ID. */
export function numbered(count = 3): Handler {
  return (request, response) => {
    const last = Number(request.headers['last-event-id'] ?? 0)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    for (let id = last + 1; id <= last + count; id++) response.write(`id: ${id}\ndata: message ${id}\n\n`)
  }
}

/** Resolves after a loop has reconnected three times: a client that was going to reconnect would have done so by then. */
export async function outlastReconnections(): Promise<void> {
  await using server = await serve(numbered(1))
  for await (const { id } of streamEvents(server.origin, { reconnect: true })) {
    if (id === '4') break
    server.drop()
  }
}

/** The body of a request as JSON. */
export async function jsonOf(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(await text(request))
}
