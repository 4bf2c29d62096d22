/** The public types around `EventSource`, modeled on lib.dom. */

import type { EventSourceInit } from '../connection/options.ts'
import type { ByteStream } from '../connection/request.ts'
import type { EventsMap } from '../decoder/stream-event.ts'
import type { EventSource } from './event-source.ts'
import type { ErrorEvent, OpenEvent } from './events.ts'

/**
 * A message of the stream: a `MessageEvent` whose `data` is a string. Its `type` is the value of the field `event`, or `message`.
 * (HTML standard, 9.2.6, "dispatch the event")
 */
// Extends `Event` too: without lib.dom, the `MessageEvent` of Node 20's declarations (undici-types 6) lacks its members.
// Covered by test/consumers, "types".
export interface SourceMessageEvent<Data extends string = string> extends MessageEvent, Event {
  /** The values of the event's `data` fields, joined by line feeds. */
  readonly data: Data
  /** The origin of the stream's final URL, after redirects. */
  readonly origin: string
  /** The last event ID string as of this message. */
  readonly lastEventId: string
  /** Always `null`. Server-sent events don't use it. */
  readonly source: null
  /** Always empty. Server-sent events don't use it. */
  readonly ports: readonly []
}

/**
 * The members of `ErrorEvent` that a message of type `error` lacks. Declared so that a handler can read `event.message` without
 * narrowing the type first.
 *
 * @inline
 */
interface NoConnectionError {
  /** Absent: the connection has not failed. */
  readonly error?: undefined
  /** Absent: the text is in `data`. */
  readonly message?: undefined
  /** Absent. */
  readonly status?: undefined
  /** Absent. */
  readonly code?: undefined
  /** Absent: the connection is still open. */
  readonly willReconnect?: undefined
  /** Absent. */
  readonly delay?: undefined
}

/** The built-in event types of a source. Messages of other types are `SourceMessageEvent`s too. */
export interface EventSourceEventMap<Events extends EventsMap<Events> = object> {
  /** The connection was established. */
  open: OpenEvent
  /** A message without a type, or of type `message`. */
  message: SourceMessageEvent<Events extends { message: infer Data extends string } ? Data : string>
  /**
   * Either an `ErrorEvent` (the connection was lost or failed) or a `MessageEvent` (the server sent a message of type `error`,
   * and the connection is still open). Distinguish them with `'data' in event` or `event instanceof ErrorEvent`.
   */
  error:
    | ErrorEvent
    | (SourceMessageEvent<Events extends { error: infer Data extends string } ? Data : string> & NoConnectionError)
}

/** The type of the class `EventSource`: its constructor, static method and constants. (HTML standard, 9.2.2) */
export interface EventSourceConstructor {
  /**
   * Connects to `url`.
   *
   * @param url the URL to request. A relative URL is resolved against the document's base URL or the worker's location
   * @param options all are optional
   * @throws a `TypeError` that names the invalid option
   * @throws a `DOMException` named `SyntaxError` if the URL is invalid
   */
  new <Events extends EventsMap<Events> = object>(
    url: string | URL,
    options?: EventSourceInit | null,
  ): EventSource<Events>
  /**
   * Creates a source that reads a stream of bytes, such as a response body. Its `url` is `about:event-stream`. When the stream
   * ends or is interrupted, one `error` event fires, with CLOSED. Not in the standard yet (whatwg/html pull request 12272).
   *
   * @param stream a `ReadableStream` of bytes. The source locks it
   * @throws a `TypeError` if `stream` is not a `ReadableStream`, or is locked
   */
  fromReadableStream<Events extends EventsMap<Events> = object>(stream: ByteStream): EventSource<Events>
  /** The prototype of all sources. */
  readonly prototype: EventSource
  /** The value of `readyState` while the source is connecting or waiting to reconnect. */
  readonly CONNECTING: 0
  /** The value of `readyState` while the source is connected. */
  readonly OPEN: 1
  /** The value of `readyState` once the source is closed or has failed permanently. */
  readonly CLOSED: 2
}
