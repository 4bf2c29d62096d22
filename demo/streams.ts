/** The streams: each writes what a tutorial of this API has its server write. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from './clock.ts'

/** One request for a stream. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  /** Stops when the connection closes. */
  clock: Clock
  /** Tells whoever watches the server what it does. */
  say: (what: string) => void
}

export type Stream = (exchange: Exchange) => void

/** What the typewriter types. */
export const ARTICLE = 'Hello there.'

/** What `/retry` asks clients to wait before they reconnect, in ms. */
export const LONG_RETRY = 10_000

/** What streams that break off ask for, in ms: the demo should not keep anybody waiting. */
export const SHORT_RETRY = 500

/** How many messages `/drop` sends on each connection. */
export const MESSAGES_PER_CONNECTION = 3

/** A character every half second, then the event `end`, then a `0` every half second: without a line end it is no event. */
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

/** The date each second, for pages of any origin. The status is 200 because nothing says otherwise. */
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

/** The time each second, as ID in ms; no space after the colons, for none is needed. */
export function stream({ response, clock }: Exchange): void {
  begin(response)
  clock.every(1, () => {
    const now = new Date()
    response.write(`id:${now.getTime()}\ndata:${now.toISOString()}\n\n`)
  })
}

/** Sets the reconnection time, tells when the client has connected, then ticks; for clients on 127.0.0.1 only. */
export function retry({ request, response, clock }: Exchange): void {
  if (!isLocal(request)) {
    response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('This stream answers on 127.0.0.1 only.\n')
    return
  }
  begin(response)
  response.write(`retry: ${LONG_RETRY}\n`)
  response.write(`event: connecttime\ndata: ${new Date().toUTCString()}\n\n`)
  clock.every(1, () => response.write(`data: ${new Date().toUTCString()}\n\n`))
}

/** An ISO date each second, for pages of any origin. */
export function events({ response, clock }: Exchange): void {
  begin(response, { 'Access-Control-Allow-Origin': '*' })
  clock.every(1, () => response.write(`data: ${new Date().toISOString()}\n\n`))
}

/** The same without the blank line that would end a message: one message that never ends. */
export function unframedEvents({ response, clock }: Exchange): void {
  begin(response, { 'Access-Control-Allow-Origin': '*' })
  clock.every(1, () => response.write(`data: ${new Date().toISOString()}\n`))
}

/** Numbered messages from where the client says it was; after three, the connection breaks off in the middle of the next. */
export function drop({ request, response, clock, say }: Exchange): void {
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
    say(`breaks the connection off in the middle of part ${number}`)
    response.write(`id: ${number}\ndata: part`, () => request.socket.destroy())
  })
}

/** A number each second, as ID too, from where the client says it was. */
export function numbers({ request, response, clock }: Exchange): void {
  begin(response)
  response.write(`retry: ${SHORT_RETRY}\n\n`)
  let number = lastNumber(request)
  clock.every(1, () => {
    number++
    response.write(`id: ${number}\ndata: number ${number}\n\n`)
  })
}

/** Sends the head of an event stream. */
export function begin(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
    ...headers,
  })
  // Else they would wait for the first write, and the client for its `open`.
  response.flushHeaders()
}

/** Both: where the request arrived, and whom it asked for, which a name that leads here could hide. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  return socket.localAddress === '127.0.0.1' && headers.host?.replace(/:\d+$/, '') === '127.0.0.1'
}

/** The header's value, if there is one. */
export function lastEventIdOf({ headers }: IncomingMessage): string | undefined {
  const value = headers['last-event-id']
  // Node joins what is sent twice, whatever its types say.
  return Array.isArray(value) ? value.join(', ') : value
}

function lastNumber(request: IncomingMessage): number {
  const id = lastEventIdOf(request) ?? ''
  return /^\d{1,9}$/.test(id) ? Number(id) : 0
}
