/** The public types around `SharedEventSource`. */

import type { EventSourceEventMap, EventSourceInit, EventsMap } from '../index.ts'
import type { SharedEventSource } from './shared-event-source.ts'

/** Options of `new SharedEventSource(url, options)`: those of `EventSource`, and a name. */
export interface SharedEventSourceInit extends EventSourceInit {
  /**
   * Which of several streams with the same URL to share. Contexts share a connection if their URL, `withCredentials` and `name` are
   * the same. Required with an option that changes the request, such as `headers`: use a different name for each user, so that
   * one does not receive the messages of another. Default: empty.
   */
  name?: string | undefined
}

/** The built-in event types of a `SharedEventSource`: those of `EventSource`, except that `open` events have no `response`. */
export interface SharedEventSourceEventMap<Events extends EventsMap<Events> = object> {
  /** The connection was established, by this context or another. */
  open: Event
  /** A message without a type, or of type `message`. */
  message: EventSourceEventMap<Events>['message']
  /**
   * Either an `ErrorEvent` (the connection was lost or failed, or messages may be missing) or a `MessageEvent` (the server sent a
   * message of type `error`, and the connection is still open). Distinguish them with `'data' in event`.
   */
  error: EventSourceEventMap<Events>['error']
}

/** The type of the class `SharedEventSource`. */
export interface SharedEventSourceConstructor {
  /**
   * Connects to `url`, or joins the contexts that are connected to it.
   *
   * @param url the URL to request. A relative URL is resolved against the document's base URL or the worker's location
   * @param options all are optional
   * @throws a `TypeError` that names the invalid option, or says that a `name` is required
   * @throws a `DOMException` named `SyntaxError` if the URL is invalid
   */
  new <Events extends EventsMap<Events> = object>(
    url: string | URL,
    options?: SharedEventSourceInit | null,
  ): SharedEventSource<Events>
  /** The prototype of all sources. */
  readonly prototype: SharedEventSource
  /** The value of `readyState` while the connection is being established, by this context or another. */
  readonly CONNECTING: 0
  /** The value of `readyState` while the connection is established. */
  readonly OPEN: 1
  /** The value of `readyState` once the source is closed or the connection has failed permanently. */
  readonly CLOSED: 2
}
