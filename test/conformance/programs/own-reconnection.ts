/** An EventSource whose connections are your own */

import { EventSource } from 'everysource'

/**
 * `fromReadableStream` reads what is piped into it, wherever it comes from and however often. The source knows where to go on,
 * and how long to wait before: here after each end and each break, until the server answers with anything but a stream.
 * `reset()` throws away what a body has left unfinished.
 */
export function connect(url: string): EventSource {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const source = EventSource.fromReadableStream(readable)

  async function feed(): Promise<void> {
    while (source.readyState !== EventSource.CLOSED) {
      const { lastEventId } = source
      const response = await fetch(url, { headers: lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId } })
      if (response.status !== 200 || !response.body) {
        await writable.close()
        return
      }
      await response.body.pipeTo(writable, { preventClose: true, preventAbort: true }).catch(() => undefined)
      source.reset()
      await new Promise((resolve) => setTimeout(resolve, source.reconnectionTime))
    }
  }
  // The source says so in its `error` event.
  feed().catch((error: unknown) => writable.abort(error))

  return source
}
