/** The public types of `streamEvents`. */

import type { EventSourceInit } from '../connection/options.ts'
import type { EventOf, EventsMap } from '../decoder/stream-event.ts'

/**
 * The events of a stream, to be read in a `for await` loop, once. `break`, `return` and a `throw` in the loop close the
 * connection.
 *
 * @typeParam Events names of events and the types of their `data`, where they are known
 */
export type EventStream<Events extends EventsMap<Events> = Record<string, string>> = EventStreamOf<EventOf<Events>>

/** The iterator of an `EventStream`, which `for await` calls for you. */
export interface EventIterator<Event> extends AsyncIterator<Event, undefined> {
  /** The next event, or the end. Calls that do not wait for each other get one event each. */
  next(): Promise<IteratorResult<Event, undefined>>
  /** Closes the connection. */
  return(): Promise<IteratorResult<Event, undefined>>
  /** Closes the connection, and rejects with that error: for generators that delegate to it. */
  throw(error?: unknown): Promise<IteratorResult<Event, undefined>>
  /** Itself, so that a loop can go on where another has left off. */
  [Symbol.asyncIterator](): EventIterator<Event>
}

/** An `EventStream`, named by the type of its events: so a stream of known events is a stream of events. */
export interface EventStreamOf<Event> {
  /**
   * The one iterator. It ends when the stream ends, or was closed; it throws a `ConnectionError` when the connection fails, and
   * the signal's `reason` when that was aborted.
   *
   * @throws a `TypeError` when called again
   */
  [Symbol.asyncIterator](): EventIterator<Event>

  /** Closes the connection: the loop ends, and what had not been taken is dropped. */
  close(): void

  /** The same as `close()`, for `await using`; where the runtime has `Symbol.asyncDispose`. */
  [Symbol.asyncDispose](): Promise<void>

  /** The last event ID string as of the last event that was taken, which a reconnection sends as `Last-Event-ID`. */
  readonly lastEventId: string

  /** How long to wait before reconnecting, in ms: 3,000 until the server's `retry` says otherwise. */
  readonly reconnectionTime: number

  /**
   * Whether the loop ended because the stream ended in the middle of an event, which is discarded: something on the way may have cut
   * it. `false` until then.
   */
  readonly endedMidEvent: boolean

  /**
   * The first good response: for its status and headers. When there was none it rejects: with what the loop throws, or the
   * `ConnectionError` of a 204, with an `AbortError` after `close()`, and with a `TypeError` where the events come from a stream
   * without a response. Nobody has to catch that.
   */
  readonly response: Promise<Response>
}

/**
 * The options that apply to a stream that has been requested already.
 *
 * @inline
 */
type GivenMember = 'signal' | 'lastEventId' | 'reconnectionTime' | 'idleTimeout' | 'maxBufferSize' | 'onComment'

/**
 * Those that are about the request.
 *
 * @inline
 */
export type RequestMember = Exclude<keyof EventSourceInit, GivenMember>

/**
 * Options of `streamEvents(response, options)` and `streamEvents(stream, options)`: `signal`, `lastEventId`, `reconnectionTime`,
 * `idleTimeout`, `maxBufferSize` and `onComment` of `EventSourceInit`. Any that is about the request is a `TypeError`: it has been
 * sent already.
 */
export type GivenStreamInit = Pick<EventSourceInit, GivenMember> & Partial<Record<RequestMember, undefined>>
