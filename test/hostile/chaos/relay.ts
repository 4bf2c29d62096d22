/** One response on its way through the proxy, framed and damaged as its plan says. */

import type { Socket } from 'node:net'
import { HttpReader } from './http-reader.ts'
import type { Plan } from './plan.ts'
import type { Wire } from './wire.ts'

/** How many bytes of a body come after the end that its Content-Length says. */
const SURPLUS = 60

/** By how much a Content-Length is too large. */
const EXCESS = 1_000

/** Hands on what the server sends, up to the cut: whether that was reached, not the end of either side. */
export async function relay(far: Socket, wire: Wire, plan: Plan): Promise<boolean> {
  const reader = new HttpReader(far)
  if (!(await reader.head())) return false
  const head = Buffer.from(headOf(plan))
  const { cut, bodyBytes, inHead } = plan
  if (inHead !== undefined) wire.limit(Math.floor(head.length * inHead))
  else if (!isOfBody(plan)) wire.limit(head.length + bodyBytes)
  const outcome = await wire.send(head)
  if (outcome !== 'sent') return outcome === 'cut'

  let left = bodyBytes
  for await (const chunk of reader.chunks()) {
    if (isOfBody(plan) && chunk.length > left) {
      // A client that notices may be gone before it has all.
      await wire.send(lastOf(chunk, left, cut))
      return true
    }
    left -= chunk.length
    const outcome = await wire.send(framed(chunk, plan))
    if (outcome !== 'sent') return outcome === 'cut'
  }
  if (cut === undefined) await wire.send(Buffer.from('0\r\n\r\n'))
  return false
}

function headOf({ cut, framing, bodyBytes }: Plan): string {
  const length = cut === 'Content-Length too short' ? bodyBytes : bodyBytes + EXCESS
  const frame = {
    chunks: 'Transfer-Encoding: chunked\r\n',
    length: `Content-Length: ${length}\r\n`,
    close: 'Connection: close\r\n',
  }[framing]
  return `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n${frame}\r\n`
}

/** Whether it is a place in the body where it is cut, not any byte of what is sent. */
function isOfBody({ cut }: Plan): boolean {
  return (
    cut === 'ended' ||
    cut === 'chunk truncated' ||
    cut === 'chunk longer than it says' ||
    cut === 'Content-Length too short' ||
    cut === 'Content-Length too long'
  )
}

function framed(chunk: Buffer, { framing }: Plan): Buffer {
  if (framing !== 'chunks') return chunk
  return Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
}

/** The chunk in which the cut is, after so many of its bytes. */
function lastOf(chunk: Buffer, left: number, cut: Plan['cut']): Buffer {
  const start = chunk.subarray(0, left)
  const sized = (length: number, ...rest: (Buffer | string)[]): Buffer =>
    Buffer.concat([`${length.toString(16)}\r\n`, ...rest].map((part) => Buffer.from(part)))
  switch (cut) {
    case 'ended':
      return left === 0 ? Buffer.from('0\r\n\r\n') : sized(left, start, '\r\n0\r\n\r\n')
    case 'chunk truncated':
      return sized(chunk.length, start)
    case 'chunk longer than it says':
      // Not 0, which would be the end.
      return sized(Math.max(1, left), chunk, '\r\n')
    case 'Content-Length too short':
      return chunk.subarray(0, left + SURPLUS)
    default:
      return start
  }
}
