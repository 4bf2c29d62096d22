/** A server that passes a stream on */

import { streamEvents, type StreamEvent } from 'everysource'

/**
 * A handler for servers that answer a `Request` with a `Response`. The key stays on the server, and each event can be changed
 * on its way. A browser that reconnects goes on where it was, one that leaves closes the connection behind it, and one that
 * reads slowly slows the source down.
 */
export async function relay(request: Request, source: string, apiKey: string): Promise<Response> {
  const events = streamEvents(source, {
    headers: { Authorization: `Bearer ${apiKey}` },
    lastEventId: request.headers.get('Last-Event-ID') ?? '',
    signal: request.signal,
  })
  try {
    await events.response
  } catch {
    return new Response('The source does not answer', { status: 502 })
  }

  const iterator = events[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(encoder.encode(blockOf(next.value)))
    },
    cancel() {
      events.close()
    },
  })
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' } })
}

function blockOf({ type, data, id }: StreamEvent): string {
  const lines = [`event: ${type}`, ...data.split('\n').map((line) => `data: ${line}`)]
  if (id !== undefined) lines.unshift(`id: ${id}`)
  return `${lines.join('\n')}\n\n`
}
