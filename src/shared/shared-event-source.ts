/** The public class `SharedEventSource` and its interface. */

import type {
  AddEventListenerOptions,
  EventListenerOptions,
  EventListenerOrEventListenerObject,
  EventSourceEventMap,
  EventsMap,
  SourceMessageEvent,
} from '../index.ts'
import { defineSharedEventSource } from './define-shared-event-source.ts'
import type { SharedEventSourceConstructor, SharedEventSourceEventMap } from './interface.ts'

/**
 * The type of a handler when read. Loose, so that this class is assignable to the EventSource of lib.dom.
 *
 * @inline
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
type LooseHandler = ((this: any, event: any) => any) | null

/** The type of a handler when set. */
type Handler<Source, E extends Event> = ((this: Source, event: E) => unknown) | null

/**
 * An `EventSource` that shares its connection with all tabs, frames and workers of the origin that use the same URL. One of them
 * holds the connection. When it is closed, the next one takes over and continues after the last event ID.
 *
 * ```js
 * const source = new SharedEventSource('/events')
 * source.onmessage = ({ data }) => console.log(data)
 * ```
 *
 * It differs from an `EventSource` in these points:
 *
 * - `open` events have no `response`. They also fire when another context has taken over
 * - the `error` of an `error` event has no `headers`, `body` or `cause`, except in the context that has the connection
 * - an `error` event also reports that messages may be missing, because the stream has no IDs to continue after, or because this
 *   context was away for too long
 * - `reconnect()` reconnects for all contexts. The functions among the options are called in the one that has the connection
 *
 * @typeParam Events maps event names to the types of their `data`
 */
export interface SharedEventSource<Events extends EventsMap<Events> = object> extends EventTarget {
  /** The URL passed to the constructor, resolved and serialized. Redirects don't change it. */
  readonly url: string
  /** The option `withCredentials`: whether cookies are sent to other origins. */
  readonly withCredentials: boolean
  /** `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
  readonly readyState: 0 | 1 | 2
  /**
   * Whether this context takes part in sharing. It does not where Web Locks or BroadcastChannel are missing, as in insecure contexts,
   * or are refused, as in sandboxed frames. Then it has its own connection.
   */
  readonly shared: boolean
  /** Whether this context has the connection. */
  readonly leads: boolean

  /** The value of `readyState` while the connection is being established, by this context or another. */
  readonly CONNECTING: 0
  /** The value of `readyState` while the connection is established. */
  readonly OPEN: 1
  /** The value of `readyState` once the source is closed or the connection has failed permanently. */
  readonly CLOSED: 2

  /** Called each time the connection is established, by this context or another. */
  get onopen(): LooseHandler
  set onopen(handler: Handler<SharedEventSource<Events>, Event>)
  /** Called for each message of type `message`, the default type. */
  get onmessage(): LooseHandler
  set onmessage(handler: Handler<SharedEventSource<Events>, EventSourceEventMap<Events>['message']>)
  /**
   * Called when the connection is lost or messages may be missing (`readyState` is CONNECTING), when the connection fails
   * permanently (CLOSED), and for each message of type `error` (OPEN). A message has `data` instead of `error` and `message`.
   */
  get onerror(): LooseHandler
  set onerror(handler: Handler<SharedEventSource<Events>, EventSourceEventMap<Events>['error']>)

  /** Leaves permanently. No event fires after that. If this context has the connection, another one takes over. */
  close(): void
  /** Reconnects at once, for all contexts, without an `error` event. Does nothing when CLOSED. */
  reconnect(): void
  /** Calls `close()`, for `using`. Exists if the runtime has `Symbol.dispose`. */
  [Symbol.dispose](): void

  /** The last event ID string as of the last message. A context that takes over continues after it. Empty if there was none. */
  readonly lastEventId: string
  /** Milliseconds to wait before reconnecting: the option `reconnectionTime` (default 3,000) until the server's `retry` changes it. */
  readonly reconnectionTime: number

  /** Adds a listener for `open`, `message` or `error`. */
  addEventListener<Type extends keyof SharedEventSourceEventMap>(
    type: Type,
    listener: (this: SharedEventSource<Events>, event: SharedEventSourceEventMap<Events>[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Adds a listener for messages of a type in `Events`. */
  addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (this: SharedEventSource<Events>, event: SourceMessageEvent<Events[Type]>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Adds a listener for messages of any other type. */
  addEventListener(
    type: string,
    listener: (this: SharedEventSource<Events>, event: SourceMessageEvent) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Adds a listener typed for any `Event`, or an object with the method `handleEvent`. `null` does nothing. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Removes a listener for `open`, `message` or `error` that was added with the same `capture`. */
  removeEventListener<Type extends keyof SharedEventSourceEventMap>(
    type: Type,
    listener: (this: SharedEventSource<Events>, event: SharedEventSourceEventMap<Events>[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** Removes a listener for messages of a type in `Events`. */
  removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (this: SharedEventSource<Events>, event: SourceMessageEvent<Events[Type]>) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** Removes a listener for messages of any other type. */
  removeEventListener(
    type: string,
    listener: (this: SharedEventSource<Events>, event: SourceMessageEvent) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** Removes a listener typed for any `Event`, or an object with the method `handleEvent`. */
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void
}

/** The class. `new SharedEventSource(url, options)` connects to a URL, or joins the contexts that are connected to it. */
// In the same module as the interface, because declarations inferred from the class refer to it.
export const SharedEventSource: SharedEventSourceConstructor = /* @__PURE__ */ defineSharedEventSource()
