/** The demo's server: its streams, and a page for each of them. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChat } from './chat.ts'
import { Clock } from './clock.ts'
import { Control } from './control.ts'
import { bufferedEvents, wrongTypeEvents } from './faulty-streams.ts'
import { sendFile } from './files.ts'
import * as streams from './streams.ts'
import type { Stream } from './streams.ts'

const STREAMS: ReadonlyMap<string, Stream> = new Map([
  ['/article', streams.article],
  ['/current-time', streams.currentTime],
  ['/people', streams.people],
  ['/stream', streams.stream],
  ['/retry', streams.retry],
  ['/events', streams.events],
  ['/events/unframed', streams.unframedEvents],
  ['/events/wrong-type', wrongTypeEvents],
  ['/events/buffered', bufferedEvents],
  ['/numbers', streams.numbers],
  ['/drop', streams.drop],
])

/** Settings of `startServer`. */
export interface ServerSettings {
  /** Default 0: any that is free. One that is taken is replaced by one that is free. */
  port?: number
  /** The address to listen on. Default 127.0.0.1 */
  host?: string
  /** How many ms the streams take for a second. Default 1,000 */
  second?: number
  /** Hears what the server does for a stream. */
  log?: (path: string, what: string) => void
}

export interface DemoServer {
  /** With a slash at its end. */
  readonly url: string
  readonly port: number
  /** How many connections of a stream are open. */
  openStreams: (path: string) => number
  /** How many timers run for all of them. */
  timers: () => number
  close: () => Promise<void>
}

/** Resolves when the server listens. */
export async function startServer(settings: ServerSettings = {}): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', second = 1000, log = () => undefined } = settings
  const open: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  const chat = createChat()
  const control = new Control()

  const server = createServer((request, response) => {
    const path = pathOf(request)
    const stream = STREAMS.get(path)
    // It refuses other methods by itself, with a reason in JSON.
    if (path === '/chat') serve(path, chat, request, response)
    else if (path === '/control' && request.method === 'POST') {
      control.obey(request, response).catch(() => response.destroy())
    } else if (request.method !== 'GET' && (stream || request.method !== 'HEAD')) {
      response.writeHead(405, { Allow: stream ? 'GET' : 'GET, HEAD' }).end()
    } else if (stream) serve(path, stream, request, response)
    else void sendFile(path, response)
  })

  function serve(path: string, stream: Stream, request: IncomingMessage, response: ServerResponse): void {
    const say = (what: string) => {
      log(path, what)
    }
    const clock = new Clock(second, timers)
    open.push(path)
    response.once('close', () => {
      clock.stop()
      open.splice(open.indexOf(path), 1)
      if (response.statusCode !== 200) return
      say(response.writableFinished ? 'the response has ended' : 'the connection is closed, its timer stopped')
    })
    const lastEventId = streams.lastEventIdOf(request)
    say(lastEventId === undefined ? 'a request without Last-Event-ID' : `a request with Last-Event-ID: ${lastEventId}`)
    const exchange = { request, response, clock, say }
    if (control.refuse(path, exchange)) return
    control.add(path, exchange)
    stream(exchange)
  }

  const bound = await listen(server, port, host)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    port: bound,
    openStreams: (path) => open.filter((one) => one === path).length,
    timers: () => timers.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

/** On the port, or on a free one if that one is taken or not for everybody. */
async function listen(server: Server, port: number, host: string): Promise<number> {
  try {
    return await listenOn(server, port, host)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (port === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error
    return listenOn(server, 0, host)
  }
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Without the query. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}
