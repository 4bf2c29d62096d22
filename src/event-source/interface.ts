/** The public types that come with `EventSource`, in the manner of lib.dom. */

import type { EventSourceInit } from '../connection/options.ts'
import type { ByteStream } from '../connection/request.ts'
import type { EventsMap } from '../decoder/stream-event.ts'
import type { EventSource } from './event-source.ts'
import type { ErrorEvent, OpenEvent } from './events.ts'

/** A message of the stream: a `MessageEvent` whose `data` is a string. */
export interface SourceMessageEvent<Data extends string = string> extends MessageEvent {
  readonly data: Data
  /** The origin of the stream's final URL, after redirects. */
  readonly origin: string
  /** The last event ID string as of this message. */
  readonly lastEventId: string
  readonly source: null
  readonly ports: readonly []
}

/** The events of a source that have a type of their own; messages of other types are `SourceMessageEvent`s too. */
export interface EventSourceEventMap<Events extends EventsMap<Events> = object> {
  open: OpenEvent
  message: SourceMessageEvent<Events extends { message: infer Data extends string } ? Data : string>
  error: ErrorEvent
}

/** The class `EventSource`. */
export interface EventSourceConstructor {
  /**
   * Connects to `url`, which is resolved against the document's base URL or the worker's location where there is one.
   *
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
   * @throws a `TypeError` when it is no `ReadableStream`, or is locked
   */
  fromReadableStream<Events extends EventsMap<Events> = object>(stream: ByteStream): EventSource<Events>
  readonly prototype: EventSource
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSED: 2
}
