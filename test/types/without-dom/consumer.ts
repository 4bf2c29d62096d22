/** A consumer on Node without lib.dom: the package's declarations must work with @types/node. */

import {
  ConnectionError,
  ErrorEvent,
  EventDecoderStream,
  type EventOf,
  EventSource,
  type EventSourceInit,
  type EventStream,
  type SourceMessageEvent,
  type StreamEvent,
  streamEvents,
} from 'everysource'
import { EventStreamContentType, fetchEventSource, type FetchEventSourceInit } from 'everysource/fetch-event-source'
import { SharedEventSource, type SharedEventSourceInit } from 'everysource/shared'

const options: EventSourceInit = {
  maxBufferSize: 1024,
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: 'x' } }),
}
const chat: EventSourceInit = {
  method: 'POST',
  headers: async ({ failure }) => Promise.resolve(failure?.status === 401 ? { Authorization: 'x' } : new Headers()),
  body: JSON.stringify({ a: 1 }),
  resume: ({ lastEventId }) => ({ url: new URL('http://a.test/'), method: 'GET', headers: { 'X-Id': lastEventId } }),
  reconnect: { maxAttempts: 3, shouldReconnect: ({ retryAfter }) => retryAfter },
  signal: AbortSignal.timeout(1_000),
  redirect: 'same-origin',
  fetchOptions: { dispatcher: {} },
  onComment: (comment) => comment.length,
}
for (const body of [new Uint8Array(1), new FormData(), new URLSearchParams(), new Blob([]), new ReadableStream()]) {
  new EventSource('http://a.test/', { ...chat, body })
}
const source = new EventSource('http://a.test/', options)
const plain = new EventSource('http://a.test/', { fetch: globalThis.fetch })

const sharing: SharedEventSourceInit = { ...chat, name: 'user 1' }
const shared = new SharedEventSource<{ ping: 'pong' }>('http://a.test/', sharing)
shared.onopen = (event) => event.type
shared.onmessage = (event) => event.data.toUpperCase()
shared.addEventListener('ping', (event) => event.data satisfies 'pong')
if (shared.leads) shared.close()

source.onmessage = (event) => event.data.toUpperCase()
source.onopen = (event) => event.response.headers.get('x-stream')?.length
source.addEventListener('open', ({ response }) => response.status)
source.reconnect()
source[Symbol.dispose]()
source.addEventListener('ping', (event: SourceMessageEvent) => event.lastEventId.toUpperCase())
source.addEventListener('error', (event) => {
  if ('data' in event) return event.data.toUpperCase()
  const error: ConnectionError = event.error
  return [error.reason, error.headers?.get('x-reason'), event.delay?.toFixed()]
})
source.onerror = (event) => (event instanceof ErrorEvent ? event.error.reason : event.type)
source.onerror = (event: Event) => event.type
// @ts-expect-error -- the declarations are found and strict
source.onmessage = (event: number) => event

interface ChatEvents {
  ping: 'pong'
  message: string
}

export async function read(): Promise<string[]> {
  const data: string[] = []
  const stream: EventStream = streamEvents('http://a.test/', chat)
  for await (const event of stream) {
    const known: StreamEvent = event
    data.push(known.data, event.type, event.id ?? event.lastEventId)
  }
  const response = await fetch('http://a.test/')
  data.push((await streamEvents('http://a.test/').response).headers.get('x-stream') ?? '')
  for await (const event of streamEvents<ChatEvents>(response, { idleTimeout: 1 })) {
    if (event.type === 'ping') data.push(event.data satisfies 'pong')
  }
  if (response.body) {
    for await (const event of streamEvents(response.body)) data.push(event.data)
    for await (const event of response.body.pipeThrough(new EventDecoderStream<ChatEvents>())) {
      const known: EventOf<ChatEvents> = event
      data.push(known.data)
    }
    const ofStream: EventSource<ChatEvents> = EventSource.fromReadableStream<ChatEvents>(response.body)
    ofStream.addEventListener('ping', (event) => event.data satisfies 'pong')
    ofStream.reset()
    data.push(ofStream.lastEventId, ofStream.reconnectionTime.toFixed())
    await response.body.pipeTo(new EventDecoderStream({ onRetry: (ms) => ms.toFixed() }).writable)
  }
  return data
}
// @ts-expect-error -- a response has been requested already
streamEvents(new Response(), { method: 'POST' })

const init: FetchEventSourceInit = {
  method: 'POST',
  headers: () => new Headers(),
  body: '{}',
  signal: AbortSignal.timeout(1_000),
  fetch: globalThis.fetch,
  onopen: async (response) => {
    if (response.headers.get('content-type') !== EventStreamContentType) throw new Error(await response.text())
  },
  onmessage: ({ id, event, data, retry }) => [id, event, data, retry?.toFixed()],
  onerror: () => 1_000,
}
void fetchEventSource('http://a.test/', init)
void fetchEventSource(new URL('http://a.test/'))
void fetchEventSource(new Request('http://a.test/'))

export { plain, source }
