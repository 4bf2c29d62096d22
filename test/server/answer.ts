/** Sends a programmed response. */

import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { setImmediate as nextIteration, setTimeout as delay } from 'node:timers/promises'
import * as zlib from 'node:zlib'
import { cutCase } from '../conformance/cases.ts'
import type { Answer, Step } from './program.ts'

/** Resolves when the test opens the gate. */
type Gate = (name: string) => Promise<void>

/** Up to this many pieces are sent a millisecond apart, because Node's fetch merges unread chunks. */
const PACED_PIECES = 200

/** Up to this many pieces get their own packet; more would take minutes. */
const SEPARATE_PACKETS = 3_000

/** @param onSent called with the number of bytes of a large stream that the system has accepted */
export async function serveAnswer(
  answer: Answer,
  response: ServerResponse,
  gate: Gate,
  onSent: (bytes: number) => void,
): Promise<void> {
  if (answer.before !== undefined) await gate(answer.before)
  if (answer.drop) response.socket?.resetAndDestroy()
  if (response.destroyed) return

  const headers: NonNullable<Answer['headers']> = { 'Content-Type': 'text/event-stream', ...answer.headers }
  for (const [name, value] of Object.entries(headers)) if (value !== null) response.setHeader(name, value)
  if (answer.cors === false) response.removeHeader('Access-Control-Allow-Origin')
  if (answer.cors === '*') response.setHeader('Access-Control-Allow-Origin', '*')
  // Browsers don't read the body of a 205, so the end of Node's chunked body would corrupt the next response.
  if (answer.status === 205) response.setHeader('Content-Length', 0)
  const body = compressed(answer, response)
  response.writeHead(answer.status ?? 200)
  response.flushHeaders()

  for (const step of answer.steps ?? []) await perform(step, response, body, gate, onSent)
}

/** Writes the response body, compressed if requested. */
interface Body {
  write(text: string): Promise<void>
  end(): void
}

async function perform(
  step: Step,
  response: ServerResponse,
  body: Body,
  gate: Gate,
  onSent: (bytes: number) => void,
): Promise<void> {
  if (response.destroyed) return
  if ('write' in step) await body.write(step.write)
  else if ('case' in step) await sendPieces(response, cutCase(step.case))
  else if ('repeat' in step) await sendRepeatedly(response, Buffer.from(step.repeat), step.bytes, onSent)
  else if ('gate' in step) await gate(step.gate)
  else if ('wait' in step) await delay(step.wait)
  else if ('reset' in step) response.socket?.resetAndDestroy()
  else body.end()
}

function compressed({ encoding }: Answer, response: ServerResponse): Body {
  if (encoding === undefined) {
    return {
      write: (text) => written(response, Buffer.from(text)),
      end: () => void response.end(),
    }
  }
  response.setHeader('Content-Encoding', encoding)
  const compressor = {
    gzip: () => zlib.createGzip(),
    deflate: () => zlib.createDeflate(),
    br: () => zlib.createBrotliCompress(),
    zstd: () => zlib.createZstdCompress(),
  }[encoding]()
  compressor.pipe(response)
  return {
    write: (text) =>
      new Promise((resolve) => {
        compressor.write(text)
        compressor.flush(resolve)
      }),
    end: () => void compressor.end(),
  }
}

/** Resolves when the system has accepted the bytes, or the connection is closed. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => {
      resolve()
    })
  })
}

/**
 * Sends each piece as a separate HTTP chunk and, up to a limit, in a separate packet. Writes the framing itself, because a
 * million calls of `response.write` would dominate the run time.
 */
async function sendPieces(response: ServerResponse, pieces: Uint8Array[]): Promise<void> {
  const perPacket = pieces.length > SEPARATE_PACKETS ? 1_000 : 1
  for (let start = 0; start < pieces.length && !response.destroyed; start += perPacket) {
    const framed = pieces.slice(start, start + perPacket).filter((piece) => piece.length > 0)
    const parts = framed.flatMap((piece) => [`${piece.length.toString(16)}\r\n`, piece, '\r\n'])
    const packet = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
    const { socket } = response
    if (socket?.write(packet) === false) await drained(socket)
    else await (pieces.length > PACED_PIECES ? nextIteration() : delay(1))
  }
}

/** Sends the text repeatedly, as fast as the client reads. */
async function sendRepeatedly(
  response: ServerResponse,
  text: Buffer,
  bytes: number,
  onSent: (bytes: number) => void,
): Promise<void> {
  const block = Buffer.concat(Array.from({ length: Math.ceil(65_536 / text.length) }, () => text))
  for (let sent = 0; sent < bytes && !response.destroyed; sent += block.length) {
    if (!response.write(block)) await drained(response)
    onSent(block.length)
  }
}

/** Resolves when the stream accepts more data or closes. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      stream.off('drain', finish).off('close', finish)
      resolve()
    }
    stream.on('drain', finish).on('close', finish)
  })
}
