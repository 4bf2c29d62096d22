/** Watches the bytes of a body as they pass. */

import type { End } from './observation.ts'

export interface BodyWatcher {
  /** Called before the bytes are passed on. They wait for a promise. */
  chunk: (bytes: Uint8Array) => Promise<void> | void
  end: (how: End['how'], error?: unknown) => void
}

/** Returns a body that passes the bytes on as they are read. Returns anything but an unlocked stream unchanged. */
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
            const wait = watcher.chunk(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
            if (wait) await wait
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
    // No reading ahead of the consumer.
    { highWaterMark: 0 },
  )
}

function isStream(body: unknown): body is ReadableStream<unknown> {
  return typeof body === 'object' && body !== null && 'getReader' in body
}
