/** Conditions and streams of the trials. */

import { on } from 'node:events'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { EventSource } from '../../dist/index.js'
import type { Handler } from '../consumers/clients/server.ts'

/** How often a condition is checked, with a garbage collection each time. */
const CHECKS = 50

export const STREAM_HEADERS = { 'Content-Type': 'text/event-stream' }

/** The source's messages. Does not close it. */
export async function* messagesOf(source: EventSource): AsyncGenerator<MessageEvent<string>> {
  for await (const [message] of on(source, 'message')) yield message as MessageEvent<string>
}

/** Collects garbage until the condition holds. */
export async function collectUntil(holds: () => boolean, what: () => string): Promise<void> {
  for (let check = 0; check < CHECKS; check++) {
    await turn()
    globalThis.gc?.()
    if (holds()) return
  }
  throw new Error(what())
}

/** Counts clones of responses and of streams until it is disposed. */
export class CloneCounter {
  count = 0
  readonly #tee = ReadableStream.prototype.tee

  constructor() {
    const counted = (): void => {
      this.count++
    }
    const tee = this.#tee
    // `clone()` calls it.
    ReadableStream.prototype.tee = function (this: ReadableStream) {
      counted()
      return tee.call(this)
    }
  }

  [Symbol.dispose](): void {
    ReadableStream.prototype.tee = this.#tee
  }
}

/** Bytes of the heap and of buffers outside of it. */
export function memory(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const MESSAGE = `data: ${'x'.repeat(1_000)}\n\n`
const PER_CHUNK = 64

/**
 * Sends small messages of this size in total, then an event of type `last`. The response stays open.
 *
 * @param sent called once the last message is sent, except what the system buffers
 */
export function large(size: number, sent?: () => void): Handler {
  return (_, response) => {
    response.writeHead(200, STREAM_HEADERS)
    const chunk = Buffer.from(MESSAGE.repeat(PER_CHUNK))
    const chunks = function* (): Generator<Buffer> {
      for (let bytes = 0; bytes < size; bytes += chunk.length) yield chunk
      yield Buffer.from('event: last\ndata: 1\n\n')
    }
    const messages = Readable.from(chunks(), { objectMode: false })
    messages.once('end', () => sent?.())
    messages.pipe(response, { end: false })
  }
}
