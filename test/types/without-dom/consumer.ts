/** A consumer on Node without lib.dom: the declarations of the package must do with @types/node. */

import { ConnectionError, ErrorEvent, EventSource, type EventSourceInit, type SourceMessageEvent } from 'everysource'

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

source.onmessage = (event) => event.data.toUpperCase()
source.onopen = (event) => event.response?.headers.get('x-stream')?.length
source.addEventListener('open', ({ response }) => response?.status)
source.reconnect()
source[Symbol.dispose]()
source.addEventListener('ping', (event: SourceMessageEvent) => event.lastEventId.toUpperCase())
source.addEventListener('error', (event: ErrorEvent) => {
  const error: ConnectionError = event.error
  return [error.reason, error.headers?.get('x-reason'), event.delay?.toFixed()]
})
// @ts-expect-error -- the declarations are there, and strict
source.onmessage = (event: number) => event

export { plain, source }
