/** Types of `everysource/shared`: `tsc` checks this file, nothing runs it. */

/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-this-alias -- only types matter here */

import { ConnectionError, ErrorEvent, type EventSourceInit, type SourceMessageEvent } from 'everysource'
import {
  SharedEventSource,
  type SharedEventSourceConstructor,
  type SharedEventSourceEventMap,
  type SharedEventSourceInit,
} from 'everysource/shared'

/** True if both types are identical, including `any` and unions. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(answer: Same<A, B>): void

declare const source: SharedEventSource
declare const token: string

// Construction
new SharedEventSource('/events')
new SharedEventSource(new URL('http://a.test/'))
new SharedEventSource('/events', undefined)
new SharedEventSource('/events', null)
new SharedEventSource('/events', {})
new SharedEventSource('/events', { name: 'user 1', headers: () => ({ Authorization: token }), whenHidden: 'close' })
new SharedEventSource('/events', { name: undefined })
// @ts-expect-error -- the URL is required
new SharedEventSource()
// @ts-expect-error -- unknown option
new SharedEventSource('/events', { nam: 'user 1' })
// @ts-expect-error -- a name is a string
new SharedEventSource('/events', { name: 1 })
// @ts-expect-error -- a class requires `new`
SharedEventSource('/events')
// @ts-expect-error -- only EventSource reads streams
SharedEventSource.fromReadableStream(new ReadableStream())

// Options
const options: SharedEventSourceInit = { name: 'user 1', idleTimeout: 'auto' }
const general: EventSourceInit = { idleTimeout: 'auto' }
new SharedEventSource('/events', { ...general, name: 'user 1' })
new SharedEventSource('/events', general)
const Class: SharedEventSourceConstructor = SharedEventSource
new Class<{ ping: 'pong' }>('/events', options)

// In place of lib.dom's EventSource
function takesNative(nativeSource: globalThis.EventSource, nativeClass: typeof globalThis.EventSource): EventTarget {
  return nativeSource.readyState === nativeClass.CLOSED ? new EventTarget() : nativeSource
}
takesNative(source, SharedEventSource)

// Attributes
same<typeof source.url, string>(true)
same<typeof source.withCredentials, boolean>(true)
same<typeof source.readyState, 0 | 1 | 2>(true)
same<typeof source.lastEventId, string>(true)
same<typeof source.reconnectionTime, number>(true)
same<typeof source.shared, boolean>(true)
same<typeof source.leads, boolean>(true)
same<typeof SharedEventSource.CLOSED, 2>(true)
same<typeof source.OPEN, 1>(true)
// @ts-expect-error -- read only
source.leads = true
// @ts-expect-error -- read only
source.shared = true
// @ts-expect-error -- read only
source.readyState = SharedEventSource.CLOSED
// @ts-expect-error -- only for streams
source.reset()

// Handlers
source.onopen = (event) => {
  same<typeof event, Event>(true)
  // @ts-expect-error -- contexts share no response
  void event.response
}
source.onmessage = (event) => {
  same<typeof event, SourceMessageEvent>(true)
}
source.onerror = (event) => {
  same<typeof event, SharedEventSourceEventMap['error']>(true)
  if ('data' in event) return event.data.toUpperCase()
  const error: ConnectionError = event.error
  return event.willReconnect ? event.delay.toFixed() : error.reason
}
source.onmessage = function () {
  same<typeof this, SharedEventSource>(true)
}
source.onmessage = null
source.onmessage = async () => {
  await Promise.resolve()
}
source.onerror = (event: Event) => event.type
// @ts-expect-error -- data is a string
source.onmessage = (event: MessageEvent<number>) => event.data
// @ts-expect-error -- handlers are functions
source.onopen = 'open'

// Listeners
source.addEventListener('open', (event) => {
  same<typeof event, Event>(true)
})
source.addEventListener('message', (event) => {
  same<typeof event, SourceMessageEvent>(true)
})
source.addEventListener('error', (event) => event instanceof ErrorEvent && event.error.reason === 'network')
source.addEventListener('ping', (event) => {
  same<typeof event.data, string>(true)
})
source.addEventListener('ping', function () {
  const self: SharedEventSource = this
  void self
})
source.addEventListener('ping', { handleEvent: (event) => event.type }, { once: true })
source.addEventListener('ping', null)
const anyListener: EventListener = (event) => event.type
source.addEventListener('ping', anyListener)
source.removeEventListener('ping', anyListener, { capture: true })

// Events
interface Prices {
  price: `${number}`
  message: 'hello' | 'bye'
}
const typed = new SharedEventSource<Prices>('/prices')
typed.addEventListener('price', (event) => {
  same<typeof event.data, `${number}`>(true)
})
typed.addEventListener('other', (event) => {
  same<typeof event.data, string>(true)
})
typed.onmessage = (event) => {
  same<typeof event.data, 'hello' | 'bye'>(true)
}
typed.addEventListener('message', (event) => {
  same<typeof event.data, 'hello' | 'bye'>(true)
})
// @ts-expect-error -- data is text
new SharedEventSource<{ price: number }>('/prices')

// Subclasses, and `using`
class Prefixed extends SharedEventSource {
  constructor(path: string) {
    super(`/events${path}`, { name: path })
  }
  override close(): void {
    super.close()
  }
}
new Prefixed('/a').close()
{
  using short = new SharedEventSource('/events')
  void short.url
}
