/** The demo server: streams, a page for each, and the inspector. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChat } from './chat.ts'
import { Clock } from './clock.ts'
import { Control } from './control.ts'
import { bufferedEvents, wrongTypeEvents } from './faulty-streams.ts'
import { sendFile } from './files.ts'
import * as streams from './streams.ts'
import type { Stream } from './streams.ts'
import { createTabs } from './tabs.ts'

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
  /** Falls back to a free port if this one is in use. Default 0: any free port. */
  port?: number
  /** The address to listen on. Default 127.0.0.1 */
  host?: string
  /** Length of a second in the streams, in ms. Default 1,000 */
  second?: number
  /** Called for each log line of a stream. */
  log?: (path: string, text: string) => void
}

export interface DemoServer {
  /** Ends with a slash. */
  readonly url: string
  readonly port: number
  /** The number of open connections of a stream. */
  openStreams: (path: string) => number
  /** The number of running timers of all streams. */
  timers: () => number
  close: () => Promise<void>
}

/** Resolves when the server listens. */
export async function startServer(settings: ServerSettings = {}): Promise<DemoServer> {
  const { port = 0, host = '127.0.0.1', second = 1000, log: logTo = () => undefined } = settings
  const open: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  const chat = createChat()
  const tabs = createTabs()
  const control = new Control()

  const server = createServer((request, response) => {
    const path = pathOf(request)
    const stream = path === '/tabs' ? tabs : STREAMS.get(path)
    // The chat checks the method itself, to send errors as JSON.
    if (path === '/chat') serve(path, chat, request, response)
    else if (path === '/control' && request.method === 'POST') {
      control.perform(request, response).catch(() => response.destroy())
    } else if (request.method !== 'GET' && (stream || request.method !== 'HEAD')) {
      response.writeHead(405, { Allow: stream ? 'GET' : 'GET, HEAD' }).end()
    } else if (stream) serve(path, stream, request, response)
    else void sendFile(path, response)
  })

  function serve(path: string, stream: Stream, request: IncomingMessage, response: ServerResponse): void {
    const log = (text: string) => {
      logTo(path, text)
    }
    const clock = new Clock(second, timers)
    open.push(path)
    response.once('close', () => {
      clock.stop()
      open.splice(open.indexOf(path), 1)
      if (response.statusCode !== 200) return
      log(response.writableFinished ? 'response ended' : 'connection closed, timer stopped')
    })
    const lastEventId = streams.lastEventIdOf(request)
    log(lastEventId === undefined ? 'request without Last-Event-ID' : `request with Last-Event-ID: ${lastEventId}`)
    const exchange = { request, response, clock, log }
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

/** Listens on the port, or on a free one if the port is in use or privileged. */
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

/** The path without the query. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}
