/** Types of streams, and of events declared by a map: `tsc` checks this file, nothing runs it. */

/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-this-alias,
   @typescript-eslint/consistent-type-definitions -- only types matter here */

import {
  ConnectionError,
  EventDecoderStream,
  type EventDecoderStreamInit,
  type EventOf,
  EventSource,
  type EventSourceEventMap,
  type EventsMap,
  type EventSourceInit,
  type EventStream,
  type GivenStreamInit,
  type SourceMessageEvent,
  type StreamEvent,
  streamEvents,
} from 'everysource'
import {
  type EventSourceMessage,
  EventStreamContentType,
  fetchEventSource,
  type FetchEventSourceInit,
} from 'everysource/fetch-event-source'

/** True if both types are identical, including `any` and unions. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(answer: Same<A, B>): void

declare const url: string
declare const response: Response
declare const bytes: ReadableStream<Uint8Array>

/** An interface, an alias, and the default message type. */
interface ChatEvents {
  ping: 'pong'
  delta: `{${string}}`
  message: 'hello' | 'bye'
}
type ChatEventsAlias = { ping: 'pong'; delta: `{${string}}`; message: 'hello' | 'bye' }
interface OnlyNamed {
  ping: 'pong'
}

// streamEvents: parameters
streamEvents(url)
streamEvents(new URL(url))
streamEvents(url, undefined)
streamEvents(url, null)
streamEvents(url, {})
streamEvents(response)
streamEvents(response, null)
streamEvents(bytes)
streamEvents(new ReadableStream<Uint8Array<ArrayBuffer>>())
const options: EventSourceInit = {
  method: 'POST',
  body: '{}',
  headers: async () => Promise.resolve({ Authorization: 'x' }),
  reconnect: { maxAttempts: 3, shouldReconnect: ({ reason }) => reason === 'ended' },
  signal: AbortSignal.timeout(1),
  onComment: (comment) => comment.length,
}
streamEvents(url, options)
const givenOptions: GivenStreamInit = {
  signal: AbortSignal.timeout(1),
  lastEventId: '7',
  reconnectionTime: 1,
  idleTimeout: 1,
  maxBufferSize: 1,
  onComment: (comment) => comment.length,
}
streamEvents(response, givenOptions)
streamEvents(bytes, givenOptions)
streamEvents(url, givenOptions)
// @ts-expect-error -- an argument is required
streamEvents()
// @ts-expect-error -- the promise must be awaited
streamEvents(fetch(url))
// @ts-expect-error -- its body may be null
streamEvents(response.body)
// @ts-expect-error -- a number is not a URL
streamEvents(7)
// @ts-expect-error -- unknown option
streamEvents(url, { withCredential: true })
// @ts-expect-error -- never coerced
streamEvents(url, { idleTimeout: '1' })
// @ts-expect-error -- a response has been requested already
streamEvents(response, { method: 'POST' })
// @ts-expect-error -- a response cannot be requested again
streamEvents(response, { reconnect: true })
// @ts-expect-error -- a stream has no request
streamEvents(bytes, { headers: {} })
// @ts-expect-error -- strings are not bytes
streamEvents(new ReadableStream<string>())

// streamEvents: result
const stream = streamEvents(url)
same<typeof stream, EventStream>(true)
same<typeof stream.lastEventId, string>(true)
same<typeof stream.reconnectionTime, number>(true)
same<typeof stream.response, Promise<Response>>(true)
const iterable: AsyncIterable<StreamEvent> = stream
void stream[Symbol.asyncDispose]()
// @ts-expect-error -- read only
stream.lastEventId = '7'
// @ts-expect-error -- only async iteration
for (const event of stream) console.log(event)

export async function untyped(): Promise<void> {
  for await (const event of stream) {
    same<typeof event, StreamEvent>(true)
    same<typeof event.type, string>(true)
    same<typeof event.data, string>(true)
    same<typeof event.lastEventId, string>(true)
    same<typeof event.id, string | undefined>(true)
    // @ts-expect-error -- read only
    event.data = 'other'
    if (event.type === 'ping') event.data.toUpperCase()
  }
  const iterator = stream[Symbol.asyncIterator]()
  const result = await iterator.next()
  if (!result.done) same<typeof result.value, StreamEvent>(true)
  for await (const event of iterator) same<typeof event, StreamEvent>(true)
  same<Awaited<typeof stream.response>['status'], number>(true)
  try {
    for await (const { data } of stream) JSON.parse(data)
  } catch (error) {
    if (error instanceof ConnectionError) error.body?.toUpperCase()
  }
}

// Generic functions infer the event type
declare function collect<T>(events: AsyncIterable<T>): T[]
declare function collectFrom<T>(events: AsyncIterator<T>): T[]
const collected = collect(stream)
same<typeof collected, StreamEvent[]>(true)
const collectedTyped = collect(streamEvents<ChatEvents>(url))
same<typeof collectedTyped, EventOf<ChatEvents>[]>(true)
const collectedFromIterator = collectFrom(stream[Symbol.asyncIterator]())
same<typeof collectedFromIterator, StreamEvent[]>(true)
const iterator: AsyncIterableIterator<StreamEvent> = stream[Symbol.asyncIterator]()
const plainIterator: AsyncIterator<StreamEvent> = stream[Symbol.asyncIterator]()

// A map results in a union discriminated by type
same<
  EventOf<ChatEvents>,
  StreamEvent<'ping', 'pong'> | StreamEvent<'delta', `{${string}}`> | StreamEvent<'message', 'hello' | 'bye'>
>(true)
same<EventOf<ChatEventsAlias>, EventOf<ChatEvents>>(true)
same<EventOf<Record<string, string>>, StreamEvent>(true)

export async function typed(): Promise<void> {
  for (const events of [
    streamEvents<ChatEvents>(url),
    streamEvents<ChatEvents>(response),
    streamEvents<ChatEvents>(bytes, { idleTimeout: 1 }),
  ]) {
    same<typeof events, EventStream<ChatEvents>>(true)
    for await (const event of events) {
      same<typeof event.type, 'ping' | 'delta' | 'message'>(true)
      same<typeof event.id, string | undefined>(true)
      switch (event.type) {
        case 'ping':
          same<typeof event.data, 'pong'>(true)
          break
        case 'delta':
          same<typeof event.data, `{${string}}`>(true)
          break
        case 'message':
          same<typeof event.data, 'hello' | 'bye'>(true)
          break
        default:
          same<typeof event, never>(true)
      }
      // @ts-expect-error -- unknown event
      if (event.type === 'pong') console.log(event)
    }
  }
  for await (const { type, data } of streamEvents<ChatEventsAlias>(url)) {
    // Destructured variables are still correlated.
    if (type === 'ping') same<typeof data, 'pong'>(true)
    else same<typeof data, `{${string}}` | 'hello' | 'bye'>(true)
  }
}
const asPlain: AsyncIterable<StreamEvent> = streamEvents<ChatEvents>(url)
const asPlainStream: EventStream = streamEvents<ChatEvents>(url)

/** A generic library function. */
export async function* dataOf<Events extends EventsMap<Events>>(input: string): AsyncGenerator<EventOf<Events>> {
  for await (const event of streamEvents<Events>(input)) yield event
}

// Data is always a string
// @ts-expect-error -- not a number
streamEvents<{ ping: number }>(url)
// @ts-expect-error -- not the parsed value
streamEvents<{ ping: { at: string } }>(url)
// @ts-expect-error -- not optional
streamEvents<{ ping: string | undefined }>(url)
// @ts-expect-error -- also in a mapped type
streamEvents<{ [K in keyof ChatEvents]: Date }>(url)
// @ts-expect-error -- same for sources
new EventSource<{ ping: number }>(url)
// @ts-expect-error -- same for fromReadableStream
EventSource.fromReadableStream<{ ping: number }>(bytes)
// @ts-expect-error -- same for decoders
new EventDecoderStream<{ ping: number }>()

// EventDecoderStream
const pair: ReadableWritablePair<StreamEvent, Uint8Array> = new EventDecoderStream()
const typedPair: ReadableWritablePair<StreamEvent, Uint8Array> = new EventDecoderStream<ChatEvents>()
const plainEvents: ReadableStream<StreamEvent> = new EventDecoderStream<ChatEventsAlias>().readable
same<EventDecoderStream['readable'], ReadableStream<StreamEvent>>(true)
same<EventDecoderStream['writable'], WritableStream<Uint8Array>>(true)
same<EventDecoderStream<ChatEvents>['readable'], ReadableStream<EventOf<ChatEvents>>>(true)
const decoderOptions: EventDecoderStreamInit = {
  maxBufferSize: 1,
  onComment: (comment) => {
    same<typeof comment, string>(true)
  },
  onRetry: (ms) => {
    same<typeof ms, number>(true)
  },
}
new EventDecoderStream(decoderOptions)
new EventDecoderStream(null)
new EventDecoderStream({ maxBufferSize: undefined, onComment: undefined, onRetry: undefined })
// @ts-expect-error -- unknown option
new EventDecoderStream({ idleTimeout: 1 })
// @ts-expect-error -- never coerced
new EventDecoderStream({ maxBufferSize: '1' })
// @ts-expect-error -- a class requires `new`
EventDecoderStream()

export async function piped(): Promise<void> {
  const { body } = response
  if (!body) return
  const events = body.pipeThrough(new EventDecoderStream())
  same<typeof events, ReadableStream<StreamEvent>>(true)
  const named = bytes.pipeThrough(new EventDecoderStream<ChatEvents>())
  for await (const event of named) if (event.type === 'ping') same<typeof event.data, 'pong'>(true)
  const [one] = named.tee()
  const { value } = await one.getReader().read()
  same<typeof value, EventOf<ChatEvents> | undefined>(true)
  await bytes.pipeTo(new EventDecoderStream().writable, { preventClose: true })
  // @ts-expect-error -- strings are not bytes
  new ReadableStream<string>().pipeThrough(new EventDecoderStream())
}

// EventSource with a map
const chat = new EventSource<ChatEvents>(url)
same<typeof chat, EventSource<ChatEvents>>(true)
chat.addEventListener('ping', (event) => {
  same<typeof event, SourceMessageEvent<'pong'>>(true)
  same<typeof event.data, 'pong'>(true)
})
chat.addEventListener('delta', ({ data }) => {
  same<typeof data, `{${string}}`>(true)
})
chat.addEventListener('message', ({ data }) => {
  same<typeof data, 'hello' | 'bye'>(true)
})
chat.addEventListener('error', ({ error }) => {
  same<typeof error, ConnectionError | undefined>(true)
})
declare const failing: EventSource<{ error: 'busy' | 'down' }>
failing.addEventListener('error', (event) => {
  if ('data' in event) same<typeof event.data, 'busy' | 'down'>(true)
})
failing.onerror = (event) => {
  if ('data' in event) same<typeof event.data, 'busy' | 'down'>(true)
}
chat.addEventListener('open', ({ response: given }) => given?.status)
chat.onmessage = ({ data }) => {
  same<typeof data, 'hello' | 'bye'>(true)
}
chat.onmessage = null
chat.onerror = ({ error }) => error?.reason
// Unlisted names
chat.addEventListener('other', ({ data }) => {
  same<typeof data, string>(true)
})
declare const anyName: string
chat.addEventListener(anyName, ({ data }) => data.toUpperCase())
chat.addEventListener('ping', null)
chat.addEventListener('ping', { handleEvent: (event) => event.type })
chat.addEventListener('ping', (event: MessageEvent<string>) => event.data, { once: true })
chat.addEventListener('ping', function () {
  const self: EventSource<ChatEvents> = this
  self.close()
})
chat.onmessage = function () {
  same<typeof this, EventSource<ChatEvents>>(true)
}
const onPing = ({ data }: SourceMessageEvent<'pong'>): string => data
chat.addEventListener('ping', onPing)
chat.removeEventListener('ping', onPing)
// @ts-expect-error -- the data of a ping differs
chat.addEventListener('ping', ({ data }: SourceMessageEvent<'pang'>) => data)
// @ts-expect-error -- the data of a message differs
chat.onmessage = ({ data }: SourceMessageEvent<'pong'>) => data
// @ts-expect-error -- an error event is not a ping
chat.addEventListener('error', onPing)

const alias = new EventSource<ChatEventsAlias>(url, { withCredentials: true })
alias.addEventListener('ping', ({ data }) => {
  same<typeof data, 'pong'>(true)
})
const onlyNamed = new EventSource<OnlyNamed>(url)
onlyNamed.onmessage = ({ data }) => {
  same<typeof data, string>(true)
}
onlyNamed.addEventListener('message', ({ data }) => {
  same<typeof data, string>(true)
})
const record = new EventSource<Record<string, string>>(url)
record.addEventListener('ping', ({ data }) => {
  same<typeof data, string>(true)
})
record.onmessage = ({ data }) => {
  same<typeof data, string>(true)
}

same<EventSourceEventMap<ChatEvents>['message'], SourceMessageEvent<'hello' | 'bye'>>(true)
same<EventSourceEventMap<OnlyNamed>['message'], SourceMessageEvent>(true)
same<EventSourceEventMap['message'], SourceMessageEvent>(true)

// Assignability to other types
const nativeChat: globalThis.EventSource = chat
const plainChat: EventSource = chat
const nativeClass: typeof globalThis.EventSource = EventSource
function takesNative(source: globalThis.EventSource): number {
  return source.readyState
}
takesNative(chat)
takesNative(EventSource.fromReadableStream<ChatEvents>(bytes))
function takesPlain(source: EventSource): string {
  return source.url
}
takesPlain(onlyNamed)

class Chat extends EventSource<ChatEvents> {
  constructor() {
    super(url)
    this.addEventListener('ping', ({ data }) => {
      same<typeof data, 'pong'>(true)
    })
  }
}
const ownChat: EventSource<ChatEvents> = new Chat()

// fromReadableStream
const fromStream = EventSource.fromReadableStream(bytes)
same<typeof fromStream, EventSource>(true)
fromStream.reset()
const fromTyped = EventSource.fromReadableStream<ChatEvents>(bytes)
same<typeof fromTyped, EventSource<ChatEvents>>(true)
EventSource.fromReadableStream(new TransformStream<Uint8Array, Uint8Array>().readable)
// @ts-expect-error -- must be the body of the response
EventSource.fromReadableStream(response)
// @ts-expect-error -- the stream is required
EventSource.fromReadableStream()
// @ts-expect-error -- strings are not bytes
EventSource.fromReadableStream(new ReadableStream<string>())
// @ts-expect-error -- takes no options
EventSource.fromReadableStream(bytes, {})

// fetchEventSource as used with @microsoft/fetch-event-source
same<typeof EventStreamContentType, 'text/event-stream'>(true)
class FatalError extends Error {}
const controller = new AbortController()
const finished: Promise<void> = fetchEventSource('/api/sse', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ foo: 'bar' }),
  signal: controller.signal,
  openWhenHidden: true,
  fetch,
  async onopen(opened) {
    same<typeof opened, Response>(true)
    await Promise.resolve()
    if (opened.ok && opened.headers.get('content-type') === EventStreamContentType) return
    throw new FatalError()
  },
  onmessage(message) {
    same<typeof message, EventSourceMessage>(true)
    same<typeof message.id, string>(true)
    same<typeof message.event, string>(true)
    same<typeof message.data, string>(true)
    same<typeof message.retry, number | undefined>(true)
    if (message.event === 'FatalError') throw new FatalError(message.data)
  },
  onclose() {
    throw new FatalError()
  },
  onerror(error) {
    if (error instanceof FatalError) throw error
    return 1_000
  },
})
void fetchEventSource(url)
void fetchEventSource(new Request(url), {})
void fetchEventSource(new URL(url))
void fetchEventSource(url, { headers: new Headers() })
void fetchEventSource(url, { headers: () => ({ Authorization: 'x' }) })
void fetchEventSource(url, { headers: async () => Promise.resolve(new Headers()) })
void fetchEventSource(url, { credentials: 'include', cache: 'no-store', mode: 'cors', signal: null })
void fetchEventSource(url, { onerror: () => null })
void fetchEventSource(url, { onerror: () => undefined })
void fetchEventSource(url, {
  onerror: (error: Error) => {
    console.log(error.message)
  },
})
void fetchEventSource(url, { onopen: () => undefined, onclose: () => undefined })
const init: FetchEventSourceInit = { onmessage: undefined, onopen: undefined, fetch: undefined, headers: undefined }
// @ts-expect-error -- the delay must be a number
void fetchEventSource(url, { onerror: () => '1000' })
// @ts-expect-error -- header values must be strings
void fetchEventSource(url, { headers: { 'X-Count': 1 } })
// @ts-expect-error -- unknown option
void fetchEventSource(url, { onMessage: () => undefined })

export {
  asPlain,
  asPlainStream,
  finished,
  fromTyped,
  init,
  iterable,
  iterator,
  plainIterator,
  nativeChat,
  nativeClass,
  ownChat,
  pair,
  plainEvents,
  typedPair,
  plainChat,
  record,
}

// Streams and responses of other libraries, and wrappers with a union parameter
declare const nodeStream: import('node:stream/web').ReadableStream<Uint8Array>
declare const undiciResponse: import('undici').Response
streamEvents(nodeStream)
streamEvents(undiciResponse)
EventSource.fromReadableStream(nodeStream)
function passedOn(input: string | URL | Response | ReadableStream<Uint8Array>): EventStream {
  return streamEvents(input, { maxBufferSize: 1_024 })
}
passedOn('http://a.test/')
declare const anyOptions: EventSourceInit
// @ts-expect-error -- options may include those of a request, which don't apply to a stream
streamEvents(nodeStream, anyOptions)
