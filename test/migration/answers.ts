/** Server responses. */

import type { ServerResponse } from 'node:http'

/** Starts an event stream with this text, and leaves it open. */
export function stream(text: string, type = 'text/event-stream'): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { 'Content-Type': type })
    response.flushHeaders()
    response.write(text)
  }
}

/** Three messages in one chunk, and the event `end` later. */
export function threeAtOnce(response: ServerResponse): void {
  stream('data: 1\n\ndata: 2\n\ndata: 3\n\n')(response)
  setTimeout(() => response.write('event: end\ndata\n\n'), 300)
}

/** A stream that ends. */
export function ended(text: string): (response: ServerResponse) => void {
  return (response) => response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(text)
}

/** A stream that breaks once the client has had time to read it. */
export function cut(text: string): (response: ServerResponse) => void {
  return (response) => {
    stream(text)(response)
    setTimeout(() => response.destroy(), 200)
  }
}

/** As many bytes as the client reads, up to a limit. */
export function largeStream(limit: number): (response: ServerResponse) => void {
  const event = `data: ${'x'.repeat(64 * 1024)}\n\n`
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    let left = limit
    const write = (): void => {
      while (left > 0) {
        left -= event.length
        if (!response.write(event)) {
          response.once('drain', write)
          return
        }
      }
    }
    write()
  }
}

/** The nth response for the nth request; the last one for all later requests. */
export function inTurn(...answers: ((response: ServerResponse) => unknown)[]) {
  return (response: ServerResponse, n: number): void => {
    answers[Math.min(n, answers.length) - 1]?.(response)
  }
}
