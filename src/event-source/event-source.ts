/** The WHATWG interface: what a page or a script sees. (HTML standard, 9.2.2) */

import type { EventsMap } from '../decoder/stream-event.ts'
import { defineEventSource } from './define-event-source.ts'
import type { OpenEvent } from './events.ts'
import type { EventSourceConstructor, EventSourceEventMap, SourceMessageEvent } from './interface.ts'
import type { AddEventListenerOptions, EventListenerOptions, EventListenerOrEventListenerObject } from './listeners.ts'

/**
 * What is read of a handler: loose, so that an EventSource of ours may stand where lib.dom's is asked for.
 *
 * @inline
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
type LooseHandler = ((this: any, event: any) => any) | null

/** What can be set as a handler. */
type Handler<Source, E extends Event> = ((this: Source, event: E) => unknown) | null

/**
 * Receives server-sent events: connects at once, dispatches a message for each event of the stream, each in a task of its own, and
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
 * @typeParam Events names of events and the types of their `data`, where they are known
 */
export interface EventSource<Events extends EventsMap<Events> = object> extends EventTarget {
  /** The serialized URL that was given. It never changes, redirects included. */
  readonly url: string
  /** Whether cookies go along to other origins, as the option of that name says. */
  readonly withCredentials: boolean
  /** `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
  readonly readyState: 0 | 1 | 2

  /** The value of `readyState` while it is not connected, but about to be. */
  readonly CONNECTING: 0
  /** The value of `readyState` while it is connected. */
  readonly OPEN: 1
  /** The value of `readyState` once it has been closed, or has failed for good. */
  readonly CLOSED: 2

  /** Called when the connection has been established, each time. */
  get onopen(): LooseHandler
  set onopen(handler: Handler<EventSource<Events>, OpenEvent>)
  /** Called for each message of type `message`, which is the type of those that name none. */
  get onmessage(): LooseHandler
  set onmessage(handler: Handler<EventSource<Events>, EventSourceEventMap<Events>['message']>)
  /**
   * Called when the connection was lost (`readyState` is CONNECTING) or has failed (CLOSED), and for each message of type `error`
   * (OPEN). A message has `data` instead of `error` and `message`.
   */
  get onerror(): LooseHandler
  set onerror(handler: Handler<EventSource<Events>, EventSourceEventMap<Events>['error']>)

  /** Closes the connection, if any; nothing fires after it. */
  close(): void

  /**
   * Drops the connection, with what it had not dispatched yet, and connects again at once, without an `error` event. Does
   * nothing when CLOSED. Not in the standard.
   *
   * @throws a `TypeError` when the source was made of a stream
   */
  reconnect(): void

  /** The same as `close()`, for `using`; where the runtime has `Symbol.dispose`. */
  [Symbol.dispose](): void

  /**
   * The last event ID string as of the last message, which a reconnection sends as `Last-Event-ID`; empty where there was none. Of
   * a source made of a stream, outside of its listeners: as of all that has been read (after an `await`, `event.lastEventId` is
   * that of the event). Not in the standard yet (whatwg/html pull request 12272).
   */
  readonly lastEventId: string
  /**
   * How long to wait before reconnecting, in ms: 3,000 until the server's `retry` says otherwise. Not in the standard yet
   * (whatwg/html pull request 12272).
   */
  readonly reconnectionTime: number

  /**
   * Forgets an unfinished event, so that the bytes that come now may be those of another stream; the last event ID string and
   * the reconnection time stay. For sources made of a stream. Not in the standard yet (whatwg/html pull request 12272).
   *
   * @throws a `TypeError` when the source has a URL
   */
  reset(): void

  /** Calls a listener for each event of a type: here `open`, `message` or `error`. */
  addEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource<Events>, event: EventSourceEventMap<Events>[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** The same for messages of the types that `Events` names. */
  addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (this: EventSource<Events>, event: SourceMessageEvent<Events[Type]>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** The same for messages of any other type. */
  addEventListener(
    type: string,
    listener: (this: EventSource<Events>, event: SourceMessageEvent) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** The same for a listener that knows nothing of the event, or an object with the method `handleEvent`; null is none. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  /** Takes a listener back that was added with the same `capture`. */
  removeEventListener<Type extends keyof EventSourceEventMap>(
    type: Type,
    listener: (this: EventSource<Events>, event: EventSourceEventMap<Events>[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** The same for messages of the types that `Events` names. */
  removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: (this: EventSource<Events>, event: SourceMessageEvent<Events[Type]>) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** The same for messages of any other type. */
  removeEventListener(
    type: string,
    listener: (this: EventSource<Events>, event: SourceMessageEvent) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  /** The same for a listener that knows nothing of the event, or an object. */
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void
}

/**
 * The class: `new EventSource(url, options)` connects to a URL, `EventSource.fromReadableStream(stream)` reads a stream that there
 * is. (HTML standard, 9.2.2)
 */
// Beside the interface of its name: declarations that are inferred from it must be able to name that.
export const EventSource: EventSourceConstructor = /* @__PURE__ */ defineEventSource()
