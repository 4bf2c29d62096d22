/** Reading a response's body. */

import { EventTooLargeError, piecesOf } from '../decoder/event-decoder.ts'
import type { Failure } from './connection-error.ts'
import { inTime, TIMED_OUT } from './deadline.ts'
import type { BodyReader } from './exchange.ts'
import { cancel } from './response.ts'

/** The body came to its end. */
export const ENDED: Failure = { reason: 'ended', what: 'has ended' }

/** What is done with a body. */
export interface BodySink {
  /** Takes a chunk, or a part of a large one; a promise holds the next one back until it resolves. */
  consume(chunk: Uint8Array): Promise<void> | undefined
  /** Undefined where the next chunk is waited for; a promise resolves when it is. Always waited for where it is absent. */
  demand?(): Promise<void> | undefined
}

/**
 * Reads a body chunk by chunk until it ends, breaks off, is silent, goes wrong or is aborted: which of these it was.
 *
 * @param idleTimeout ms that a chunk may be waited for; 0: no limit
 */
export async function readBody(
  reader: BodyReader,
  request: AbortController,
  idleTimeout: number,
  sink: BodySink,
): Promise<Failure> {
  const isOver = (): boolean => request.signal.aborted
  try {
    for (;;) {
      const result = await (idleTimeout === 0 ? reader.read() : readWithin(idleTimeout, reader, request.signal, sink))
      if (result === TIMED_OUT) {
        return giveUp(reader, request, { reason: 'timeout', what: `has been silent for ${idleTimeout} ms` })
      }
      const { done, value: chunk } = result
      if (done || isOver()) return ENDED
      if (!isBytes(chunk)) {
        return giveUp(reader, request, {
          reason: 'unsupported',
          what: 'cannot be read: its body is no stream of bytes',
        })
      }
      // Firefox brings megabytes at once: to make events of them all would block the page, and hold more than can be delivered.
      for (const part of reader.keepsChunks ? [chunk] : piecesOf(chunk)) {
        const hold = sink.consume(part)
        if (hold) await hold
        if (isOver()) return ENDED
      }
    }
  } catch (cause) {
    if (!(cause instanceof EventTooLargeError)) {
      return { reason: 'network', what: 'broke off', cause: reader.blame?.(cause) ?? cause }
    }
    return giveUp(reader, request, {
      reason: 'too-large',
      what: 'holds an event larger than the option "maxBufferSize" allows',
    })
  }
}

async function readWithin(
  ms: number,
  reader: BodyReader,
  signal: AbortSignal,
  sink: BodySink,
): Promise<ReadableStreamReadResult<unknown> | typeof TIMED_OUT> {
  const read = reader.read()
  for (;;) {
    const result = await inTime(ms, read, signal)
    const demanded = result === TIMED_OUT ? sink.demand?.() : undefined
    if (!demanded) return result
    // Nobody has been waiting: the clock starts anew when somebody does.
    await Promise.race([demanded, read])
  }
}

function giveUp(reader: BodyReader, request: AbortController, failure: Failure): Failure {
  letGo(reader, request)
  return failure
}

/** Ends a request whose body is being read. */
export function letGo(reader: BodyReader, request: AbortController): void {
  request.abort()
  // A caller's fetch may know nothing of signals.
  void cancel(reader)
}

/** By its shape: a test environment's Uint8Array may come from another realm. */
function isBytes(chunk: unknown): chunk is Uint8Array {
  return ArrayBuffer.isView(chunk)
}
