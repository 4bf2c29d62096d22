/** The interfaces around a connection: the attempts it makes, and the sink it reports to. */

import type { ConnectionError, FailedRequest } from './connection-error.ts'
import type { FetchLikeResponse } from './request.ts'

/** Reads a body until the request's signal cancels it. */
export interface BodyReader {
  read(): Promise<ReadableStreamReadResult<unknown>>
}

/** An event stream that is ready to read. */
export interface OpenedStream {
  /** Undefined if the caller passed a stream without a response. */
  response: FetchLikeResponse | undefined
  /** The origin of its messages. */
  origin: string
  /** Undefined if the body is empty. */
  reader: BodyReader | undefined
  /** Whether to decode each chunk as a whole, regardless of its size: `reset()` relies on it. */
  decodeWholeChunks?: true | undefined
}

/** The body while it is read. */
export type Body = Pick<OpenedStream, 'decodeWholeChunks'> & { reader: BodyReader }

/** One attempt to open an event stream. */
export interface Exchange extends FailedRequest {
  /** Aborts the request or, later, the body. */
  readonly controller: AbortController
  /** Whether the caller's own code makes or made the request, so that its errors are passed through. */
  readonly fromCaller: boolean
  /**
   * Called once. Rejects with an `AttemptError`.
   *
   * @param lastEventId undefined if neither the stream nor the caller has set one
   * @param failure of the previous attempt
   */
  open(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<OpenedStream>
}

/** Creates the attempts of a connection. */
export interface Opener {
  /** @param attempt its number among consecutive attempts without a message, starting at 1 */
  next(attempt: number): Exchange
  /** Called when there will be no more attempts. */
  close(): void
}

/** Receives a connection's messages and state changes. The connection calls nothing after `close()`. */
export interface ConnectionSink {
  /**
   * The last event ID string as of the last delivered message, which a reconnection sends. Undefined if neither the stream nor
   * the caller has set one.
   */
  readonly lastEventId: string | undefined
  /** The stream is open; `response` is undefined for a stream passed by the caller. `origin` is the origin of its messages. */
  open(response: FetchLikeResponse | undefined, origin: string): void
  /** `id` is the message's own ID field, if it has one. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void
  /** The last event ID string changed without a message. */
  id(lastEventId: string): void
  /** Called only if the option `onComment` is set. */
  comment(text: string): void
  /** Called after each chunk with its size. Reading pauses until the returned promise resolves. */
  backpressure(bytes: number): Promise<void> | undefined
  /**
   * Undefined while a consumer is waiting for data; otherwise a promise that resolves when one is. Pauses `idleTimeout` until
   * then.
   */
  demand(): Promise<void> | undefined
  /** The connection was lost, and `shouldReconnect` is about to be called. Resolves once all reported messages are delivered. */
  deciding(): Promise<void>
  /** The connection will be reestablished `delay` ms after the promise resolves. */
  lost(failure: ConnectionError, delay: number): Promise<void>
  /**
   * The connection failed or completed. Resolves once that is announced.
   *
   * @param thrown the error a loop throws; undefined if the stream ended normally or the server sent 204
   */
  failed(failure: ConnectionError, thrown: { error: unknown } | undefined): Promise<void>
  /** The caller's signal closes the connection. */
  aborted(): void
}

/** The last event ID string after the stream sent one. An empty ID resets an existing one but does not create one. */
export function lastEventIdAfter(before: string | undefined, lastReceived: string): string | undefined {
  return lastReceived === '' && before === undefined ? undefined : lastReceived
}
