/** Relays one response through the proxy, framed and damaged by its plan. */

import type { Socket } from 'node:net'
import { HttpReader } from './http-reader.ts'
import type { Plan } from './plan.ts'
import type { Wire } from './wire.ts'

/** Body bytes beyond a Content-Length that is too short. */
const SURPLUS = 60

/** Bytes missing from a body whose Content-Length is too long. */
const EXCESS = 1_000

/** Relays up to the cut. Returns false if the server or client closed before. */
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
      // The client may disconnect before receiving all of it.
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

/** Whether the cut is at a position in the body, not at a byte of the encoded response. */
function isOfBody({ cut }: Plan): boolean {
  return (
    cut === 'ended' ||
    cut === 'chunk truncated' ||
    cut === 'chunk longer than its size' ||
    cut === 'Content-Length too short' ||
    cut === 'Content-Length too long'
  )
}

function framed(chunk: Buffer, { framing }: Plan): Buffer {
  if (framing !== 'chunks') return chunk
  return Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
}

/** Encodes the chunk that contains the cut, after `left` bytes. */
function lastOf(chunk: Buffer, left: number, cut: Plan['cut']): Buffer {
  const start = chunk.subarray(0, left)
  const sized = (length: number, ...rest: (Buffer | string)[]): Buffer =>
    Buffer.concat([`${length.toString(16)}\r\n`, ...rest].map((part) => Buffer.from(part)))
  switch (cut) {
    case 'ended':
      return left === 0 ? Buffer.from('0\r\n\r\n') : sized(left, start, '\r\n0\r\n\r\n')
    case 'chunk truncated':
      return sized(chunk.length, start)
    case 'chunk longer than its size':
      // A size of 0 would end the body.
      return sized(Math.max(1, left), chunk, '\r\n')
    case 'Content-Length too short':
      return chunk.subarray(0, left + SURPLUS)
    default:
      return start
  }
}
