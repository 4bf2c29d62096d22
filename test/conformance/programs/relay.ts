/** Relays a stream, with the API key added on the server. */

import { EventDecoderStream, type StreamEvent } from 'everysource'

export async function relay(request: Request, source: string, apiKey: string): Promise<Response> {
  const headers = new Headers({ Accept: 'text/event-stream', Authorization: `Bearer ${apiKey}` })
  for (const name of ['Content-Type', 'Last-Event-ID']) {
    const value = request.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  const isPost = request.method === 'POST'
  const sent = isPost ? await request.arrayBuffer() : null

  const response = await fetch(source, {
    method: isPost ? 'POST' : 'GET',
    headers,
    body: sent,
    signal: request.signal,
  }).catch(() => undefined)
  if (response?.status === 204) return new Response(null, { status: 204 })
  const isStream = response?.headers.get('Content-Type')?.startsWith('text/event-stream')
  if (response?.status !== 200 || !isStream || !response.body) {
    await response?.body?.cancel()
    return new Response('The source does not answer', { status: 502 })
  }

  let send: (text: string) => void
  let sentId = ''
  const blocks = new TransformStream<StreamEvent, string>({
    start(controller) {
      send = (text) => {
        controller.enqueue(text)
      }
    },
    transform({ type, data, id, lastEventId }) {
      const lines = [`event: ${type}`, ...data.split('\n').map((line) => `data: ${line}`)]
      // The ID may have come in a separate block, without an event.
      if (id !== undefined || lastEventId !== sentId) lines.unshift(`id: ${lastEventId}`)
      sentId = lastEventId
      send(`${lines.join('\n')}\n\n`)
    },
  })
  const events = new EventDecoderStream({
    onComment: (comment) => {
      send(`: ${comment}\n\n`)
    },
    onRetry: (milliseconds) => {
      send(`retry: ${milliseconds}\n\n`)
    },
  })
  const body = response.body.pipeThrough(events).pipeThrough(blocks).pipeThrough(new TextEncoderStream())
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' } })
}
