/** Feeds an EventSource from connections that the caller makes. */

import { EventSource } from 'everysource'

export function connect(url: string): EventSource {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const source = EventSource.fromReadableStream(readable)

  async function feed(): Promise<void> {
    while (source.readyState !== EventSource.CLOSED) {
      const { lastEventId } = source
      const headers = new Headers({ Accept: 'text/event-stream' })
      if (lastEventId !== '') headers.set('Last-Event-ID', lastEventId)
      // If the server can't be reached, try again.
      const response = await fetch(url, { headers }).catch(() => undefined)
      if (response) {
        const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream')
        if (response.status !== 200 || !isStream || !response.body) {
          await response.body?.cancel()
          await writable.close()
          return
        }
        await response.body.pipeTo(writable, { preventClose: true, preventAbort: true }).catch(() => undefined)
        source.reset()
      }
      await new Promise((resolve) => setTimeout(resolve, source.reconnectionTime))
    }
  }
  // The source reports this in its `error` event.
  feed().catch((error: unknown) => writable.abort(error))

  return source
}
