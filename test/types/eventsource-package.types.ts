/** Code for the types of the `eventsource` package compiles with ours: `tsc` checks this file, nothing runs it. */

import type * as theirs from 'eventsource'
import {
  ErrorEvent,
  EventSource,
  type AddEventListenerOptions,
  type EventListener,
  type EventListenerObject,
  type EventListenerOptions,
  type EventListenerOrEventListenerObject,
  type EventSourceConstructor,
  type EventSourceEventMap,
  type EventSourceFetchInit,
  type EventSourceInit,
  type FetchLike,
  type FetchLikeInit,
  type FetchLikeResponse,
  type ReaderLike,
} from 'everysource'
import { Agent, EnvHttpProxyAgent, fetch as undiciFetch } from 'undici'

/** Every type exported by the package exists here under the same name. Version 3 had `FetchLikeInit`. */
interface Named {
  ErrorEvent: ErrorEvent
  EventSource: EventSource
  AddEventListenerOptions: AddEventListenerOptions
  EventListener: EventListener
  EventListenerObject: EventListenerObject
  EventListenerOptions: EventListenerOptions
  EventListenerOrEventListenerObject: EventListenerOrEventListenerObject
  EventSourceConstructor: EventSourceConstructor
  EventSourceEventMap: EventSourceEventMap
  EventSourceFetchInit: EventSourceFetchInit
  EventSourceInit: EventSourceInit
  FetchLike: FetchLike
  FetchLikeInit: FetchLikeInit
  FetchLikeResponse: FetchLikeResponse
  ReaderLike: ReaderLike
}

// Code for their types can receive ours: sources, options, responses and listeners
declare const ours: { source: EventSource; error: ErrorEvent; init: EventSourceFetchInit }
const error: { code?: number | undefined; message?: string | undefined } & Event = ours.error
const source: Pick<theirs.EventSource, 'url' | 'readyState' | 'withCredentials' | 'close'> & EventTarget = ours.source
const native: globalThis.EventSource = ours.source
declare const given: {
  init: theirs.EventSourceInit
  response: theirs.FetchLikeResponse
  reader: theirs.ReaderLike
  listener: theirs.EventListener
  listenerOrObject: theirs.EventListenerOrEventListenerObject
  addOptions: theirs.AddEventListenerOptions
  removeOptions: theirs.EventListenerOptions
}
const response: FetchLikeResponse = given.response
ours.source.addEventListener('message', given.listener, given.addOptions)
ours.source.addEventListener('message', given.listenerOrObject)
ours.source.removeEventListener('message', given.listenerOrObject, given.removeOptions)

// README: Usage
const es = new EventSource('https://my-server.com/sse')
es.addEventListener('notice', (event) => {
  console.log(event.data)
})
es.addEventListener('message', (event) => {
  console.log(event.data)
})
es.onmessage = (event: MessageEvent) => event.data as string

// README: Message and code properties on errors
es.addEventListener('error', (err) => {
  if (err.code === 401 || err.code === 403) {
    console.log('not authorized', err.message)
  }
})
es.onerror = (err) => err.code
// @ts-expect-error -- our type includes messages of type `error`, which the server may send; `eventsource` passes them at run time too
es.onerror = (err: ErrorEvent) => err.code

// README: Limit parser buffer size
new EventSource('https://my-server.com/sse', {
  maxBufferSize: 10 * 1024 * 1024, // 10 MB
})

// README: Setting HTTP request headers
new EventSource('https://my-server.com/sse', {
  fetch: (input, init) =>
    fetch(input, {
      ...init,
      headers: {
        ...init.headers,
        Authorization: 'Bearer myToken',
      },
    }),
})

// README: proxy, HTTP/2
const proxyAgent = new EnvHttpProxyAgent()
new EventSource('https://my-server.com/sse', {
  fetch: (input, init) => undiciFetch(input, { ...init, dispatcher: proxyAgent }),
})
const http2Dispatcher = new Agent({ allowH2: true })
new EventSource('https://my-server.com/sse', {
  fetch: (url, init) => undiciFetch(url, { ...init, dispatcher: http2Dispatcher }),
})

// README: Feature checking
function yourLibrary(options: { polyfills: { EventSource?: typeof EventSource } }): void {
  const OurEventSource = options.polyfills.EventSource
  if (OurEventSource && Symbol.for('eventsource.supports-fetch-override') in OurEventSource) {
    new OurEventSource('https://some.url', {
      fetch: (input, init) =>
        fetch(input, {
          ...init,
          headers: {
            ...init.headers,
            'x-some-header': 'foo',
          },
        }),
    })
  }
}
yourLibrary({ polyfills: { EventSource } })

// MIGRATION: Strict checking of Content-Type header
new EventSource('https://my-server.com/sse', {
  fetch: async (input, init) => {
    const response = await fetch(input, init)
    const newHeaders = new Headers(response.headers)
    newHeaders.set('content-type', 'text/event-stream')
    return new Response(response.body, {
      status: response.status,
      statusText: response.statusText,
      headers: newHeaders,
    })
  },
})

// Named types of fetch, init and response
const fetchLike: FetchLike = async (url: string | URL, init: EventSourceFetchInit): Promise<FetchLikeResponse> =>
  fetch(url, { ...init, headers: { ...init.headers } })
const byHand: FetchLike = () => {
  const reader: ReaderLike = {
    read: () => Promise.resolve({ done: true, value: undefined }),
    cancel: () => Promise.resolve(),
  }
  return Promise.resolve({
    body: { getReader: () => reader },
    url: 'https://my-server.com/sse',
    status: 200,
    redirected: false,
    headers: { get: () => 'text/event-stream' },
  })
}
const init: EventSourceInit = { withCredentials: true, fetch: fetchLike, maxBufferSize: 1024 }
const constructor: EventSourceConstructor = EventSource
const listen = <Type extends keyof EventSourceEventMap>(
  type: Type,
  listener: (event: EventSourceEventMap[Type]) => void,
): void => {
  new constructor('https://my-server.com/sse', init).addEventListener(type, listener)
}
listen('error', (event) => event.code)

export { byHand, error, native, response, source, type Named }
