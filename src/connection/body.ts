/** Reading a response's body. */

import { EventTooLargeError } from '../decoder/event-decoder.ts'
import type { Failure } from './connection-error.ts'
import { inTime, TIMED_OUT } from './deadline.ts'
import { cancel } from './response.ts'

/** The body came to its end. */
export const ENDED: Failure = { reason: 'ended', what: 'has ended' }

/** Takes a chunk; a promise holds the next one back until it resolves. */
type Consumer = (chunk: Uint8Array) => Promise<void> | undefined

/** Undefined where the next chunk is waited for; a promise resolves when it is. */
type Demand = () => Promise<void> | undefined

/**
 * Reads a body chunk by chunk until it ends, breaks off, is silent, goes wrong or is aborted: which of these it was.
 *
 * @param idleTimeout ms that a chunk may be waited for; 0: no limit
 */
export async function readBody(
  reader: ReadableStreamDefaultReader<unknown>,
  request: AbortController,
  idleTimeout: number,
  consume: Consumer,
  demand: Demand = () => undefined,
): Promise<Failure> {
  const { signal } = request
  // A caller's fetch may know nothing of signals.
  signal.addEventListener('abort', () => void cancel(reader), { once: true })
  try {
    for (;;) {
      const result = idleTimeout === 0 ? await reader.read() : await readWithin(idleTimeout)
      if (result === TIMED_OUT) {
        return giveUp({ reason: 'timeout', what: `has been silent for ${idleTimeout} ms` })
      }
      const { done, value: chunk } = result
      if (done || signal.aborted) return ENDED
      if (!isBytes(chunk)) {
        return giveUp({ reason: 'unsupported', what: 'cannot be read: its body is no stream of bytes' })
      }
      const hold = consume(chunk)
      if (hold) await hold
    }
  } catch (cause) {
    if (!(cause instanceof EventTooLargeError)) return { reason: 'network', what: 'broke off', cause }
    return giveUp({ reason: 'too-large', what: 'holds an event larger than the option "maxBufferSize" allows' })
  }

  async function readWithin(ms: number): Promise<ReadableStreamReadResult<unknown> | typeof TIMED_OUT> {
    const read = reader.read()
    for (;;) {
      const result = await inTime(ms, read, signal)
      const demanded = result === TIMED_OUT ? demand() : undefined
      if (!demanded) return result
      // Nobody has been waiting: the clock starts anew when somebody does.
      await Promise.race([demanded, read])
    }
  }

  function giveUp(failure: Failure): Failure {
    request.abort()
    return failure
  }
}

/** By its shape: a test environment's Uint8Array may come from another realm. */
function isBytes(chunk: unknown): chunk is Uint8Array {
  return ArrayBuffer.isView(chunk)
}
