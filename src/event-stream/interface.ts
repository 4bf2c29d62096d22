/** The public types around `streamEvents`. */

import type { EventSourceInit } from '../connection/options.ts'
import type { EventOf, EventsMap } from '../decoder/stream-event.ts'

/**
 * The events of a stream, for one `for await` loop. `break`, `return` and `throw` in the loop close the connection.
 *
 * @typeParam Events maps event names to the types of their `data`
 */
export type EventStream<Events extends EventsMap<Events> = Record<string, string>> = EventStreamOf<EventOf<Events>>

/** The iterator of an `EventStream`. `for await` calls it for you. */
export interface EventIterator<Event> extends AsyncIterator<Event, undefined> {
  /** Returns the next event, or `done`. Concurrent calls get one event each. */
  next(): Promise<IteratorResult<Event, undefined>>
  /** Closes the connection. */
  return(): Promise<IteratorResult<Event, undefined>>
  /** Closes the connection and rejects with `error`, for generators that delegate to this iterator. */
  throw(error?: unknown): Promise<IteratorResult<Event, undefined>>
  /** Returns the iterator itself, so that a loop can continue where another one stopped. */
  [Symbol.asyncIterator](): EventIterator<Event>
}

/** An `EventStream`, parameterized by its event type, so that a stream of specific events is assignable to a general one. */
export interface EventStreamOf<Event> {
  /**
   * Returns the only iterator. It is done when the stream ends or is closed. It throws a `ConnectionError` if the connection
   * fails, and the signal's `reason` if the signal is aborted.
   *
   * @throws a `TypeError` on the second call
   */
  [Symbol.asyncIterator](): EventIterator<Event>

  /** Closes the connection and ends the loop. Unread events are discarded. */
  close(): void

  /** Calls `close()`, for `await using`. Exists if the runtime has `Symbol.asyncDispose`. */
  [Symbol.asyncDispose](): Promise<void>

  /** The last event ID string as of the last event read, sent as `Last-Event-ID` when reconnecting. Empty if there was none. */
  readonly lastEventId: string

  /**
   * Milliseconds to wait before reconnecting: the option `reconnectionTime` (default 3,000) until the server's `retry` changes
   * it.
   */
  readonly reconnectionTime: number

  /**
   * Whether the stream ended in the middle of an event, for example because a proxy cut it. The event is discarded. `false` until
   * the loop has ended.
   */
  readonly endedMidEvent: boolean

  /**
   * The first accepted response, for its status and headers. Without one it rejects with the error that the loop throws, or with
   * the `ConnectionError` of a 204, or with an `AbortError` after `close()`. It rejects with a `TypeError` if the events come
   * from a `ReadableStream`. You don't have to handle the rejection.
   */
  readonly response: Promise<Response>
}

/**
 * The options that apply to an existing response or stream.
 *
 * @inline
 */
type GivenMember = 'signal' | 'lastEventId' | 'reconnectionTime' | 'idleTimeout' | 'maxBufferSize' | 'onComment'

/**
 * The options that apply to a request.
 *
 * @inline
 */
export type RequestMember = Exclude<keyof EventSourceInit, GivenMember>

/**
 * Options of `streamEvents(response, options)` and `streamEvents(stream, options)`: `signal`, `lastEventId`, `reconnectionTime`,
 * `idleTimeout`, `maxBufferSize` and `onComment` of `EventSourceInit`. Request options throw a `TypeError`, because the request
 * has already been sent.
 */
export type GivenStreamInit = Pick<EventSourceInit, GivenMember> & Partial<Record<RequestMember, undefined>>
