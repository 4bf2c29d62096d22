/** Feeds an EventSource from connections that the caller makes. */

import { EventSource } from 'everysource'

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
  // The source reports this in its `error` event.
  feed().catch((error: unknown) => writable.abort(error))

  return source
}
