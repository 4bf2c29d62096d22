/** Tests of the published declarations: `tsc` checks this file, nothing runs it. */

/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-this-alias -- only types matter here */

import {
  ConnectionError,
  ErrorEvent,
  EventSource,
  type EventSourceConstructor,
  type EventSourceEventMap,
  type EventSourceInit,
  type FailureReason,
  type FetchLike,
  type FetchLikeInit,
  type FetchLikeResponse,
  type OpenEvent,
  type SourceMessageEvent,
} from 'everysource'
import 'everysource/polyfill'
import 'everysource/polyfill/force'

/** True if both types are identical, including `any` and unions. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(answer: Same<A, B>): void

declare const source: EventSource

// Construction
new EventSource('http://a.test/')
new EventSource(new URL('http://a.test/'))
new EventSource('http://a.test/', undefined)
new EventSource('http://a.test/', null)
new EventSource('http://a.test/', {})
new EventSource('http://a.test/', { withCredentials: true, maxBufferSize: 1024, fetch })
new EventSource('http://a.test/', { withCredentials: undefined, maxBufferSize: undefined, fetch: undefined })
// @ts-expect-error -- the URL is required
new EventSource()
// @ts-expect-error -- a number is not a URL
new EventSource(7)
// @ts-expect-error -- unknown option
new EventSource('http://a.test/', { withCredential: true })
// @ts-expect-error -- fetch must be a function
new EventSource('http://a.test/', { fetch: 1 })
// @ts-expect-error -- never coerced
new EventSource('http://a.test/', { maxBufferSize: '1024' })
// @ts-expect-error -- a class requires `new`
EventSource('http://a.test/')

// Replacing lib.dom's EventSource
const native: globalThis.EventSource = source
const nativeClass: typeof globalThis.EventSource = EventSource
const target: EventTarget = source
function takesNative(nativeSource: globalThis.EventSource): number {
  return nativeSource.readyState
}
takesNative(new EventSource('http://a.test/'))
globalThis.EventSource = EventSource

// Attributes
same<typeof source.url, string>(true)
same<typeof source.withCredentials, boolean>(true)
same<typeof source.readyState, 0 | 1 | 2>(true)
same<typeof source.lastEventId, string>(true)
same<typeof source.reconnectionTime, number>(true)
same<typeof EventSource.CLOSED, 2>(true)
same<typeof source.OPEN, 1>(true)
// @ts-expect-error -- read only
source.url = 'http://b.test/'
// @ts-expect-error -- read only
source.readyState = EventSource.CLOSED
// @ts-expect-error -- read only
EventSource.CLOSED = 3
if (source.readyState === EventSource.CLOSED) source.close()
// @ts-expect-error -- unknown state
if (source.readyState === 3) source.close()

// Handlers
source.onopen = (event) => {
  same<typeof event, OpenEvent>(true)
  same<typeof event.response, Response>(true)
}
source.onmessage = (event) => {
  same<typeof event, SourceMessageEvent>(true)
  same<typeof event.data, string>(true)
}
source.onerror = (event) => {
  same<typeof event, EventSourceEventMap['error']>(true)
  // @ts-expect-error -- read only
  event.delay = 1
}
source.onmessage = function () {
  same<typeof this, EventSource>(true)
}
source.onmessage = () => undefined
source.onmessage = async () => {
  await Promise.resolve()
}
source.onmessage = null
source.onerror = (event: Event) => event.type
source.onerror = (event: EventSourceEventMap['error']) => event.message
// @ts-expect-error -- the server may send a message of type `error`
source.onerror = (event: ErrorEvent) => event.error.reason
// @ts-expect-error -- data is a string
source.onmessage = (event: MessageEvent<number>) => event.data
// @ts-expect-error -- most error events are not messages
source.onerror = (event: SourceMessageEvent) => event.data
// @ts-expect-error -- handlers are functions
source.onopen = 'open'

// Listeners
source.addEventListener('open', (event) => {
  same<typeof event, OpenEvent>(true)
  void event.response.headers.get('x-stream')
})
source.addEventListener('message', (event) => {
  same<typeof event, SourceMessageEvent>(true)
})
source.addEventListener('error', (event) => {
  same<typeof event, EventSourceEventMap['error']>(true)
})
source.addEventListener('error', (event: Event) => event.type)
source.addEventListener('ping', (event) => {
  same<typeof event.data, string>(true)
  same<typeof event.lastEventId, string>(true)
  same<typeof event.origin, string>(true)
})
source.addEventListener('ping', function () {
  const self: EventSource = this
  void self
})
source.addEventListener('ping', (event) => event.data, { once: true, signal: AbortSignal.timeout(1) })
source.addEventListener('ping', (event) => event.data, false)
source.addEventListener('ping', { handleEvent: (event) => event.type })
source.addEventListener('ping', null)
const anyListener: EventListener = (event) => event.type
source.addEventListener('ping', anyListener)
source.removeEventListener('ping', anyListener)
source.removeEventListener('message', anyListener, { capture: true })
const onPing = (event: SourceMessageEvent): string => event.data
source.addEventListener('ping', onPing)
source.removeEventListener('ping', onPing)
// @ts-expect-error -- the type is required
source.addEventListener((event: Event) => event.type)
source.addEventListener('message', (event) => {
  // @ts-expect-error -- a message has no error
  void event.error
})
source.addEventListener('open', (event) => {
  // @ts-expect-error -- `open` has no data
  void event.data
})

// Messages
declare const message: SourceMessageEvent
const asEvent: Event = message
same<typeof message.source, null>(true)
// @ts-expect-error -- read only
message.data = 'other'

// Methods
source.close()
source.reconnect()
source[Symbol.dispose]()
// @ts-expect-error -- takes no arguments
source.reconnect('http://b.test/')

// Event map
same<EventSourceEventMap['open'], OpenEvent>(true)
same<keyof EventSourceEventMap, 'open' | 'message' | 'error'>(true)

// An error event is an ErrorEvent or a message from the server
source.onerror = (event) => {
  const base: Event = event
  void base
  if ('data' in event) {
    same<typeof event.data, string>(true)
    same<typeof event.lastEventId, string>(true)
    same<typeof event.error, undefined>(true)
    const asMessage: SourceMessageEvent = event
    void asMessage
  } else {
    same<typeof event, ErrorEvent>(true)
    same<typeof event.error, ConnectionError>(true)
  }
  if (event instanceof ErrorEvent) same<typeof event.error, ConnectionError>(true)
  else same<typeof event.data, string>(true)
  if (event.error) same<typeof event.message, string>(true)
  else same<typeof event.data, string>(true)
  same<typeof event.message, string | undefined>(true)
  same<typeof event.willReconnect, boolean | undefined>(true)
  // @ts-expect-error -- a message has no `error`
  void event.error.reason
  // @ts-expect-error -- an ErrorEvent has no `data`
  void event.data
}

// Errors
source.addEventListener('error', (event) => {
  if ('data' in event) return
  const { error, message: text, status, code, willReconnect, delay } = event
  same<typeof text, string>(true)
  same<typeof status, number | undefined>(true)
  same<typeof code, number | undefined>(true)
  same<typeof willReconnect, boolean>(true)
  same<typeof delay, number | undefined>(true)
  same<typeof error.reason, FailureReason>(true)
  same<typeof error.status, number | undefined>(true)
  same<typeof error.code, string | undefined>(true)
  same<typeof error.url, string>(true)
  same<typeof error.headers, Headers | undefined>(true)
  same<typeof error.body, string | undefined>(true)
  same<typeof error.retryAfter, number | undefined>(true)
  same<typeof error.attempt, number>(true)
  const standard: Error = error
  void standard
  switch (error.reason) {
    case 'network':
    case 'request':
    case 'redirect':
    case 'timeout':
    case 'ended':
    case 'status':
    case 'content-type':
    case 'too-large':
    case 'unsupported':
      return
    default:
      same<typeof error.reason, never>(true)
  }
})
declare const unknownError: unknown
if (unknownError instanceof ConnectionError) same<typeof unknownError.reason, FailureReason>(true)
declare const unknownEvent: Event
if (unknownEvent instanceof ErrorEvent) same<typeof unknownEvent.error, ConnectionError>(true)

// Custom fetch
const init: EventSourceInit = { fetch: globalThis.fetch }
new EventSource('http://a.test/', { fetch: (url, options) => fetch(url, options) })
new EventSource('http://a.test/', {
  fetch: (url, options) => {
    same<typeof url, string>(true)
    same<typeof options, FetchLikeInit>(true)
    return fetch(url, { ...options, headers: { ...options.headers, Authorization: 'x' } })
  },
})
new EventSource('http://a.test/', { fetch: async (url) => await fetch(url) })
new EventSource('http://a.test/', {
  fetch: () => Promise.resolve({ status: 200, headers: new Headers(), body: new ReadableStream() }),
})
// @ts-expect-error -- must be a Response
new EventSource('http://a.test/', { fetch: () => Promise.resolve('text') })
// @ts-expect-error -- must be a promise
new EventSource('http://a.test/', { fetch: () => new Response() })
const fetchLike: FetchLike = fetch
const responseLike: FetchLikeResponse = new Response()

// Handlers with platform types, as in code for lib.dom's EventSource
const platformSource = new EventSource('http://a.test/')
platformSource.onmessage = (event: MessageEvent<string>) => event.data
platformSource.addEventListener('ping', (event: MessageEvent<string>) => event.data)
platformSource.addEventListener('message', (event: MessageEvent) => event.ports.length)

// Subclasses
class Sub extends EventSource {
  readonly name: string
  constructor(url: string, name: string) {
    super(url, { withCredentials: true })
    this.name = name
  }
  override close(): void {
    super.close()
  }
}
const sub: EventSource = new Sub('http://a.test/', 'sub')
const constructorOf: EventSourceConstructor = EventSource
const constructorOfSub: EventSourceConstructor['prototype'] = Sub.prototype

export { asEvent, constructorOf, constructorOfSub, fetchLike, init, native, nativeClass, responseLike, sub, target }

// The delay is defined if the source will reconnect
source.onerror = ({ willReconnect, delay }) => {
  if (willReconnect) setTimeout(console.log, delay satisfies number)
  // @ts-expect-error -- undefined without a reconnection
  else setTimeout(console.log, delay satisfies number)
}
