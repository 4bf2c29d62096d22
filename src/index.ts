/**
 * `import { … } from 'everysource'`: `EventSource`, `streamEvents`, `EventDecoderStream`, and their errors and types. Importing has
 * no side effects.
 *
 * @module everysource
 */

export { ConnectionError, type ConnectionErrorInit } from './connection/connection-error.ts'
export type { FailureReason } from './connection/failure.ts'
export type { RequestHeaders } from './connection/headers.ts'
export type { Attempt, EventSourceInit, FailureContext, ReconnectPolicy, ResumedRequest } from './connection/options.ts'
export type { RequestBody } from './connection/request-body.ts'
export type {
  ByteStream,
  EventSourceFetchInit,
  FetchLike,
  FetchLikeInit,
  FetchLikeResponse,
  ReaderLike,
} from './connection/request.ts'
export { EventDecoderStream, type EventDecoderStreamInit } from './decoder/event-decoder-stream.ts'
export type { EventOf, EventsMap, StreamEvent } from './decoder/stream-event.ts'
export { EventSource } from './event-source/event-source.ts'
export { ErrorEvent, type OpenEvent } from './event-source/events.ts'
export type { EventSourceConstructor, EventSourceEventMap, SourceMessageEvent } from './event-source/interface.ts'
export type {
  AddEventListenerOptions,
  EventListener,
  EventListenerObject,
  EventListenerOptions,
  EventListenerOrEventListenerObject,
} from './event-source/listeners.ts'
export type { EventIterator, EventStream, EventStreamOf, GivenStreamInit } from './event-stream/interface.ts'
export { streamEvents } from './event-stream/stream-events.ts'
