/** Faulty streams, for the inspector to diagnose. */

import { begin, type Exchange } from './streams.ts'

/** Buffer size of `/events/buffered`, in bytes. */
const BUFFER = 500

/** Dates like `/events`, but with the wrong Content-Type, so clients reject the stream. */
export function wrongTypeEvents({ response, clock }: Exchange): void {
  begin(response, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*' })
  const send = (): boolean => response.write(`data: ${new Date().toISOString()}\n\n`)
  // Send one at once, because clients that reject the stream disconnect quickly.
  send()
  clock.every(1, send)
}

/** A date every 0.2 seconds, through a buffer that is only flushed when full, like in some proxies. */
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
