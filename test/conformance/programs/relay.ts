/** Relays a stream, with the API key added on the server. */

import { EventDecoderStream, type StreamEvent } from 'everysource'

export async function relay(request: Request, source: string, apiKey: string): Promise<Response> {
  const headers = new Headers({ Accept: 'text/event-stream', Authorization: `Bearer ${apiKey}` })
  const lastEventId = request.headers.get('Last-Event-ID')
  if (lastEventId !== null) headers.set('Last-Event-ID', lastEventId)

  const response = await fetch(source, { headers, signal: request.signal }).catch(() => undefined)
  if (response?.status === 204) return new Response(null, { status: 204 })
  const isStream = response?.headers.get('Content-Type')?.startsWith('text/event-stream')
  if (response?.status !== 200 || !isStream || !response.body) {
    await response?.body?.cancel()
    return new Response('The source does not answer', { status: 502 })
  }

  let send: (text: string) => void
  const blocks = new TransformStream<StreamEvent, string>({
    start(controller) {
      send = (text) => {
        controller.enqueue(text)
      }
    },
    transform(event) {
      send(blockOf(event))
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

function blockOf({ type, data, id }: StreamEvent): string {
  const lines = [`event: ${type}`, ...data.split('\n').map((line) => `data: ${line}`)]
  if (id !== undefined) lines.unshift(`id: ${id}`)
  return `${lines.join('\n')}\n\n`
}
