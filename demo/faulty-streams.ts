/** Streams that are wrong on purpose, for the page to say why. */

import { begin, type Exchange } from './streams.ts'

/** Bytes that `/events/buffered` collects. */
const BUFFER = 500

/** Dates as `/events` sends them, but as a page: no client takes it for a stream of events. */
export function wrongTypeEvents({ response, clock }: Exchange): void {
  begin(response, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*' })
  const send = (): boolean => response.write(`data: ${new Date().toISOString()}\n\n`)
  // Clients soon leave what they refuse.
  send()
  clock.every(1, send)
}

/** A date each fifth of a second, through a buffer such as proxies have: it passes on what it has when it is full. */
export function bufferedEvents({ response, clock }: Exchange): void {
  begin(response, { 'Access-Control-Allow-Origin': '*' })
  let buffer = ''
  clock.every(0.2, () => {
    buffer += `data: ${new Date().toISOString()}\n\n`
    if (buffer.length < BUFFER) return
    response.write(buffer.slice(0, BUFFER))
    buffer = buffer.slice(BUFFER)
  })
}
