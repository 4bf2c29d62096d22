/** The public class `EventSource` and its interface. (HTML standard, 9.2.2) */

import type { EventsMap } from '../decoder/stream-event.ts'
import { defineEventSource } from './define-event-source.ts'
import type { OpenEvent } from './events.ts'
import type { EventSourceConstructor, EventSourceEventMap, SourceMessageEvent } from './interface.ts'
import type { AddEventListenerOptions, EventListenerOptions, EventListenerOrEventListenerObject } from './listeners.ts'

/**
 * The type of a handler when read. Loose, so that this EventSource is assignable to that of lib.dom.
 *
 * @inline
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
type LooseHandler = ((this: any, event: any) => any) | null

/** The type of a handler when set. */
type Handler<Source, E extends Event> = ((this: Source, event: E) => unknown) | null

/**
 * Receives server-sent events. It connects at once, dispatches each event of the stream as a message in its own task, and
 * reconnects when the connection is lost. (HTML standard, 9.2.2, "the EventSource interface")
 *
 * ```js
 * const source = new EventSource('https://example.com/events')
 * source.onmessage = ({ data, lastEventId }) => console.log(lastEventId, data)
 * source.onerror = (event) => {
 *   if ('data' in event) console.log('the server reports:', event.data)
 *   else console.log(event.willReconnect ? 'lost:' : 'failed:', event.message)
 * }
 * ```
 *
 * @typeParam Events maps event names to the types of their `data`
 */
export interface EventSource<Events extends EventsMap<Events> = object> extends EventTarget {
  /** The URL passed to the constructor, resolved and serialized. Redirects don't change it. */
  readonly url: string
  /** The option `withCredentials`: whether cookies are sent to other origins. */
  readonly withCredentials: boolean
  /** `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
  readonly readyState: 0 | 1 | 2

  /** The value of `readyState` while the source is connecting or waiting to reconnect. */
  readonly CONNECTING: 0
  /** The value of `readyState` while the source is connected. */
  readonly OPEN: 1
  /** The value of `readyState` once the source is closed or has failed permanently. */
  readonly CLOSED: 2

  /** Called each time the connection is established. */
  get onopen(): LooseHandler
  set onopen(handler: Handler<EventSource<Events>, OpenEvent>)
  /** Called for each message of type `message`, the default type. */
  get onmessage(): LooseHandler
  set onmessage(handler: Handler<EventSource<Events>, EventSourceEventMap<Events>['message']>)
  /**
   * Called when the connection is lost (`readyState` is CONNECTING) or fails permanently (CLOSED), and for each message of type
   * `error` (OPEN). A message has `data` instead of `error` and `message`.
   */
  get onerror(): LooseHandler
  set onerror(handler: Handler<EventSource<Events>, EventSourceEventMap<Events>['error']>)

  /** Closes the connection permanently. No event fires after that. */
  close(): void

  /**
   * Cancels the connection and its undispatched messages, and reconnects at once without an `error` event. Does nothing when
   * CLOSED. Not in the standard.
   *
   * @throws a `TypeError` if the source was created from a stream
   */
  reconnect(): void

  /** Calls `close()`, for `using`. Exists if the runtime has `Symbol.dispose`. */
  [Symbol.dispose](): void

  /**
   * The last event ID string as of the last message, sent as `Last-Event-ID` when reconnecting. Empty if there was none. Not in
   * the standard yet (whatwg/html pull request 12272).
   *
   * If the source was created from a stream, this is the ID as of everything that has been read, except during a listener's
   * synchronous part. After an `await` in a listener, use `event.lastEventId` for the ID of the event.
   */
  readonly lastEventId: string
  /**
   * Milliseconds to wait before reconnecting: the option `reconnectionTime` (default 3,000) until the server's `retry` changes
   * it. Not in the standard yet (whatwg/html pull request 12272).
   */
  readonly reconnectionTime: number

  /**
   * Discards an unfinished event, so that the next bytes can start another stream. Keeps the last event ID string and the
   * reconnection time. Only for sources created from a stream. Not in the standard yet (whatwg/html pull request 12272).
   *
   * @throws a `TypeError` if the source was created from a URL
   */
  reset(): void

  /** Adds a listener for `open`, `message` or `error`. */
  addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource<Events>, event: EventSourceEventMap<Events>[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Adds a listener for messages of a type in `Events`. */
  addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (this: EventSource<Events>, event: SourceMessageEvent<Events[Type]>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Adds a listener for messages of any other type. */
  addEventListener(
    type: string,
    listener: (this: EventSource<Events>, event: SourceMessageEvent) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Adds a listener typed for any `Event`, or an object with the method `handleEvent`. `null` does nothing. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Removes a listener for `open`, `message` or `error` that was added with the same `capture`. */
  removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource<Events>, event: EventSourceEventMap<Events>[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** Removes a listener for messages of a type in `Events`. */
  removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (this: EventSource<Events>, event: SourceMessageEvent<Events[Type]>) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** Removes a listener for messages of any other type. */
  removeEventListener(
    type: string,
    listener: (this: EventSource<Events>, event: SourceMessageEvent) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** Removes a listener typed for any `Event`, or an object with the method `handleEvent`. */
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void
}

/**
 * The class. `new EventSource(url, options)` connects to a URL. `EventSource.fromReadableStream(stream)` reads an existing
 * stream. (HTML standard, 9.2.2)
 */
// In the same module as the interface, because declarations inferred from the class refer to it.
export const EventSource: EventSourceConstructor = /* @__PURE__ */ defineEventSource()
