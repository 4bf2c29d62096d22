/** A consumer on Node without lib.dom: the declarations of the package must do with @types/node. */

import { ConnectionError, ErrorEvent, EventSource, type EventSourceInit, type SourceMessageEvent } from 'everysource'

const options: EventSourceInit = {
  maxBufferSize: 1024,
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: 'x' } }),
}
const source = new EventSource('http://a.test/', options)
const plain = new EventSource('http://a.test/', { fetch: globalThis.fetch })

source.onmessage = (event) => event.data.toUpperCase()
source.addEventListener('ping', (event: SourceMessageEvent) => event.lastEventId.toUpperCase())
source.addEventListener('error', (event: ErrorEvent) => {
  const error: ConnectionError = event.error
  return error.reason
})
// @ts-expect-error -- the declarations are there, and strict
source.onmessage = (event: number) => event

export { plain, source }
