/** A program with lib.dom for TypeScript 5.0 and later: everysource in place of the native class. */

import { ConnectionError, ErrorEvent, EventDecoderStream, EventSource, streamEvents } from 'everysource'
import type { EventSourceInit, OpenEvent, SourceMessageEvent } from 'everysource'
import { EventStreamContentType, fetchEventSource } from 'everysource/fetch-event-source'
import { SharedEventSource } from 'everysource/shared'
import 'everysource/polyfill'
import 'everysource/polyfill/force'

// Code that takes a constructor or an instance.
function open(Constructor: typeof globalThis.EventSource): globalThis.EventSource {
  return new Constructor('http://a.test/', { withCredentials: true })
}
open(EventSource).close()
interface Options {
  eventSourceClass: typeof globalThis.EventSource
  make?: (url: string) => globalThis.EventSource
}
const options: Options = { eventSourceClass: EventSource, make: (url) => new EventSource(url) }
globalThis.EventSource = EventSource
window.EventSource = EventSource
const native: globalThis.EventSource = new EventSource('http://a.test/')
const natives: globalThis.EventSource[] = [native, EventSource.fromReadableStream(new ReadableStream())]
class Sub extends EventSource {
  override close(): void {
    super.close()
  }
}
open(Sub)

// Handlers and listeners.
const source = new EventSource('http://a.test/', { headers: { a: 'b' }, reconnect: { maxAttempts: 2 } })
source.onopen = (event: OpenEvent) => event.response.status.toFixed()
source.onmessage = (event) => event.data.toUpperCase() + event.lastEventId
source.onmessage = (event: MessageEvent<string>) => event.data.toUpperCase()
source.onerror = (event) => {
  if ('data' in event) return event.data.toUpperCase()
  const error: ConnectionError = event.error
  if (event.willReconnect) event.delay.toFixed()
  return error.status === event.code
}
source.addEventListener('ping', (event) => {
  const message: SourceMessageEvent = event
  const platform: MessageEvent<string> = event
  return [message.data, platform.type, event.target, event.timeStamp.toFixed()]
})
source.addEventListener('error', (event) => event instanceof ErrorEvent && event.error.reason === 'network')
source.removeEventListener('error', console.log)

// A shared connection.
const shared = new SharedEventSource<{ ping: 'pong' }>('/events', { name: 'user 1', headers: { a: 'b' } })
open(SharedEventSource).close()
shared.onopen = ({ type }) => type.toUpperCase()
shared.onmessage = (event) => event.data.toUpperCase()
shared.addEventListener('ping', ({ data }) => data satisfies 'pong')
shared.addEventListener('error', (event) => 'data' in event || event.error.reason === 'network')

// Streams.
async function read(init: EventSourceInit): Promise<string> {
  for await (const event of streamEvents<{ ping: 'pong'; message: string }>('http://a.test/', init)) {
    if (event.type === 'ping') return event.data satisfies 'pong'
  }
  const { body } = await fetch('http://a.test/')
  const reader = body?.pipeThrough(new EventDecoderStream()).getReader()
  return (await reader?.read())?.value?.data ?? ''
}
const finished: Promise<void> = fetchEventSource('/', {
  onopen: async ({ headers }) => {
    if (headers.get('content-type') !== EventStreamContentType) throw new Error(await read({}))
  },
})

// Type errors
// @ts-expect-error -- the URL is required
new EventSource()
// @ts-expect-error -- unknown option
new EventSource('http://a.test/', { withCredential: true })
// @ts-expect-error -- a class requires `new`
EventSource('http://a.test/')
// @ts-expect-error -- read only
source.readyState = 1
// @ts-expect-error -- the native class has no headers
open(EventSource).headers
// @ts-expect-error -- data is a string
source.onmessage = (event: MessageEvent<number>) => event.data
// @ts-expect-error -- contexts share no response
shared.onopen = ({ response }) => response.status
// @ts-expect-error -- a promise of a result has no type
streamEvents<{ ping: string }>('/').next().type
// @ts-expect-error -- the delay must be a number
void fetchEventSource('/', { onerror: () => '1' })
// @ts-expect-error -- the native class lacks our extensions
const ours: EventSource = new globalThis.EventSource('/') as Omit<globalThis.EventSource, 'close'>

export { finished, native, natives, options, ours }
