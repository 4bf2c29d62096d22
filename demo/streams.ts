/** The streams, each modeled on the server of a tutorial. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from './clock.ts'

/** One request for a stream. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  /** Stops when the connection closes. */
  clock: Clock
  /** Logs an action of the server. */
  log: (text: string) => void
}

export type Stream = (exchange: Exchange) => void

/** The text that `/article` sends. */
export const ARTICLE = 'Hello there.'

/** Reconnection time of `/retry`, in ms. */
export const LONG_RETRY = 10_000

/** Reconnection time of streams that drop, in ms. Short, so the demo doesn't make users wait. */
export const SHORT_RETRY = 500

/** How many messages `/drop` sends on each connection. */
export const MESSAGES_PER_CONNECTION = 3

/** A character every half second, then the event `end`, then a `0` every half second without a line end, which fires no event. */
export function article({ response, clock }: Exchange): void {
  begin(response)
  const rest = Array.from(ARTICLE)
  let ended = false
  clock.every(0.5, () => {
    const character = rest.shift()
    if (character !== undefined) response.write(`data: ${character}\n\n`)
    else if (ended) response.write('0')
    else {
      ended = true
      response.write('event: end\ndata: That is all\n\n')
    }
  })
}

/** The date every second, with CORS for any origin, sent without `writeHead`. */
export function currentTime({ response, clock }: Exchange): void {
  response.setHeader('Content-Type', 'text/event-stream')
  response.setHeader('Cache-Control', 'no-cache')
  response.setHeader('Connection', 'keep-alive')
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.flushHeaders()
  clock.every(1, () => response.write(`data: ${new Date().toUTCString()}\n\n`))
}

/** A message of type `name`, a second later one of type `age`, each in two writes. */
export function people({ response, clock }: Exchange): void {
  begin(response)
  clock.after(1, () => {
    response.write('event: name\n')
    response.write('data: Ada\n\n')
  })
  clock.after(2, () => {
    response.write('event: age\n')
    response.write('data: 36\n\n')
  })
}

/** The time every second, with its ms as ID, and without the optional space after the colons. */
export function stream({ response, clock }: Exchange): void {
  begin(response)
  clock.every(1, () => {
    const now = new Date()
    response.write(`id:${now.getTime()}\ndata:${now.toISOString()}\n\n`)
  })
}

/** Sets the reconnection time, sends the connection time, then ticks. Only for clients on 127.0.0.1. */
export function retry({ request, response, clock }: Exchange): void {
  if (!isLocal(request)) {
    response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('This stream is only available on 127.0.0.1.\n')
    return
  }
  begin(response)
  response.write(`retry: ${LONG_RETRY}\n`)
  response.write(`event: connecttime\ndata: ${new Date().toUTCString()}\n\n`)
  clock.every(1, () => response.write(`data: ${new Date().toUTCString()}\n\n`))
}

/** An ISO date every second, with CORS for any origin. */
export function events({ response, clock }: Exchange): void {
  begin(response, { 'Access-Control-Allow-Origin': '*' })
  clock.every(1, () => response.write(`data: ${new Date().toISOString()}\n\n`))
}

/** Like `/events`, but without the blank line after each message, so the first message never ends. */
export function unframedEvents({ response, clock }: Exchange): void {
  begin(response, { 'Access-Control-Allow-Origin': '*' })
  clock.every(1, () => response.write(`data: ${new Date().toISOString()}\n`))
}

/** Numbered messages after `Last-Event-ID`. After three, drops the connection in the middle of the next. */
export function drop({ request, response, clock, log }: Exchange): void {
  begin(response)
  response.write(`retry: ${SHORT_RETRY}\n`)
  const first = lastNumber(request) + 1
  let number = first
  clock.every(0.3, () => {
    if (number < first + MESSAGES_PER_CONNECTION) {
      response.write(`id: ${number}\ndata: part ${number}\n\n`)
      number++
      return
    }
    clock.stop()
    log(`drops the connection in the middle of part ${number}`)
    response.write(`id: ${number}\ndata: part`, () => request.socket.destroy())
  })
}

/** A number every second, also as ID, starting after `Last-Event-ID`. */
export function numbers({ request, response, clock }: Exchange): void {
  begin(response)
  response.write(`retry: ${SHORT_RETRY}\n\n`)
  let number = lastNumber(request)
  clock.every(1, () => {
    number++
    response.write(`id: ${number}\ndata: number ${number}\n\n`)
  })
}

/** Sends the headers of an event stream. */
export function begin(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
    ...headers,
  })
  // Otherwise Node holds them back until the first write, which delays the client's `open` event.
  response.flushHeaders()
}

/** Checks both the local address and `Host`, because any host name can resolve to 127.0.0.1. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  return socket.localAddress === '127.0.0.1' && headers.host?.replace(/:\d+$/, '') === '127.0.0.1'
}

/** The value of `Last-Event-ID`, if sent. */
export function lastEventIdOf({ headers }: IncomingMessage): string | undefined {
  const value = headers['last-event-id']
  // Node joins repeated headers, although its types allow an array.
  return Array.isArray(value) ? value.join(', ') : value
}

/** The value of `Last-Event-ID` if it is a number, otherwise 0. */
export function lastNumber(request: IncomingMessage): number {
  const id = lastEventIdOf(request) ?? ''
  return /^\d{1,9}$/.test(id) ? Number(id) : 0
}
