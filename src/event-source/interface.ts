/** The public types that come with `EventSource`, in the manner of lib.dom. */

import type { EventSourceInit } from '../connection/options.ts'
import type { ByteStream } from '../connection/request.ts'
import type { EventsMap } from '../decoder/stream-event.ts'
import type { EventSource } from './event-source.ts'
import type { ErrorEvent, OpenEvent } from './events.ts'

/**
 * A message of the stream: a `MessageEvent` whose `data` is a string. Its `type` is what the field `event` says, or `message`.
 * (HTML standard, 9.2.6, "dispatch the event")
 */
// `Event` is named because `MessageEvent` does not bring its members in the declarations for Node 20 (undici-types 6), where there
// is no lib.dom: test/consumers, "types".
export interface SourceMessageEvent<Data extends string = string> extends MessageEvent, Event {
  /** The lines of the fields `data`, joined by line feeds. */
  readonly data: Data
  /** The origin of the stream's final URL, after redirects. */
  readonly origin: string
  /** The last event ID string as of this message. */
  readonly lastEventId: string
  /** None: for messages of other kinds. */
  readonly source: null
  /** None: for messages of other kinds. */
  readonly ports: readonly []
}

/**
 * The members of an `ErrorEvent` on a message of type `error`, which has none of them. Named, so that a handler may read
 * `event.message` without narrowing first.
 *
 * @inline
 */
interface NoConnectionError {
  /** Absent, because the connection has not failed. */
  readonly error?: undefined
  /** Absent: `data` has the text. */
  readonly message?: undefined
  /** Absent. */
  readonly status?: undefined
  /** Absent. */
  readonly code?: undefined
  /** Absent, because the connection is still open. */
  readonly willReconnect?: undefined
  /** Absent. */
  readonly delay?: undefined
}

/** The events of a source that have a type of their own; messages of other types are `SourceMessageEvent`s too. */
export interface EventSourceEventMap<Events extends EventsMap<Events> = object> {
  /** The connection has been established. */
  open: OpenEvent
  /** A message that names no type, or this one. */
  message: SourceMessageEvent<Events extends { message: infer Data extends string } ? Data : string>
  /**
   * The connection was lost or has failed: an `ErrorEvent`. Or the server sent a message of type `error`, and the connection is
   * still open: a `MessageEvent`. `'data' in event` and `event instanceof ErrorEvent` tell them apart.
   */
  error:
    | ErrorEvent
    | (SourceMessageEvent<Events extends { error: infer Data extends string } ? Data : string> & NoConnectionError)
}

/** The type of the class `EventSource`: what it is made with, and its constants. (HTML standard, 9.2.2) */
export interface EventSourceConstructor {
  /**
   * Connects to `url`, which is resolved against the document's base URL or the worker's location where there is one.
   *
   * @param url what is requested, at each attempt
   * @param options all of them may be left out
   * @throws a `TypeError` when an option is wrong, naming it
   * @throws a `DOMException` named `SyntaxError` when the URL is not valid
   */
  new <Events extends EventsMap<Events> = object>(
    url: string | URL,
    options?: EventSourceInit | null,
  ): EventSource<Events>
  /**
   * A source of what a stream of bytes brings, such as the body of a response: its `url` is `about:event-stream`, and when the
   * stream ends or breaks off there is one `error` event, with CLOSED. Not in the standard yet (whatwg/html pull request 12272).
   *
   * @param stream a `ReadableStream` of bytes, which is locked from then on
   * @throws a `TypeError` when it is no `ReadableStream`, or is locked
   */
  fromReadableStream<Events extends EventsMap<Events> = object>(stream: ByteStream): EventSource<Events>
  /** What all sources inherit from. */
  readonly prototype: EventSource
  /** The value of `readyState` while it is not connected, but about to be. */
  readonly CONNECTING: 0
  /** The value of `readyState` while it is connected. */
  readonly OPEN: 1
  /** The value of `readyState` once it has been closed, or has failed for good. */
  readonly CLOSED: 2
}
