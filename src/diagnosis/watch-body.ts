/** Looks at a body's bytes on their way. */

import type { End } from './observation.ts'

/** What is told of a body. */
export interface BodyWatcher {
  /** Before the bytes are handed on. */
  chunk: (bytes: Uint8Array) => void
  end: (how: End['how'], error?: unknown) => void
}

/** The same bytes, as they are asked for. What is no stream of bytes is left to whoever reads it. */
export function watchBody(body: unknown, watcher: BodyWatcher): unknown {
  if (body === null) watcher.end('ended')
  if (!isStream(body) || body.locked) return body
  const reader = body.getReader()
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            watcher.end('ended')
            controller.close()
            return
          }
          if (ArrayBuffer.isView(value)) {
            watcher.chunk(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
          }
          controller.enqueue(value)
        } catch (error) {
          watcher.end('failed', error)
          controller.error(error)
        }
      },
      cancel(reason) {
        watcher.end('aborted')
        return reader.cancel(reason)
      },
    },
    // Nothing is read ahead of whoever reads.
    { highWaterMark: 0 },
  )
}

function isStream(body: unknown): body is ReadableStream<unknown> {
  return typeof body === 'object' && body !== null && 'getReader' in body
}
