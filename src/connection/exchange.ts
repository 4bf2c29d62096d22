/** What a connection works with: attempts below it, and the sink above it. */

import type { ConnectionError, FailedRequest } from './connection-error.ts'
import type { FetchLikeResponse } from './request.ts'

/** Reads a body. The signal of its request cancels it. */
export interface BodyReader {
  read(): Promise<ReadableStreamReadResult<unknown>>
}

/** An event stream that can be read. */
export interface OpenedStream {
  /** Undefined where the caller gave only a stream. */
  response: FetchLikeResponse | undefined
  /** That of its messages. */
  origin: string
  /** Undefined: it is empty. */
  reader: BodyReader | undefined
  /** Whether to decode each chunk as a whole, however large: `reset()` counts on it. */
  decodeWholeChunks?: true | undefined
}

/** What is read of it, until it ends. */
export type Body = Pick<OpenedStream, 'decodeWholeChunks'> & { reader: BodyReader }

/** One attempt to get at an event stream. */
export interface Exchange extends FailedRequest {
  /** Aborts it, and afterwards the reading. */
  readonly controller: AbortController
  /** Whether the caller's code makes the request, or has made it, so that its errors are the caller's. */
  readonly fromCaller: boolean
  /**
   * Called once. Rejects with an `AttemptError`.
   *
   * @param lastEventId undefined where neither the stream nor the caller has named one
   * @param failure of the attempt before it
   */
  open(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<OpenedStream>
}

/** Makes the attempts of a connection. */
export interface Opener {
  /** @param attempt its number, from 1, among those in a row that brought no message */
  next(attempt: number): Exchange
  /** There will be no more attempts. */
  close(): void
}

/** Who a connection works for. After `close()` it calls nothing more. */
export interface ConnectionSink {
  /**
   * The last event ID string as of the last message that was delivered: what a reconnection sends. Undefined where neither
   * the stream nor the caller has named one.
   */
  readonly lastEventId: string | undefined
  /** A good response has come, or there is a stream without one. `origin` is that of its messages. */
  open(response: FetchLikeResponse | undefined, origin: string): void
  /** `id` is what the message itself says, if anything. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void
  /** The last event ID string has changed without a message. */
  id(lastEventId: string): void
  /** Called where the caller wants comments. */
  comment(text: string): void
  /** Called after each chunk, of so many bytes: a promise holds reading back until it resolves. */
  backpressure(bytes: number): Promise<void> | undefined
  /** Undefined while somebody waits for what comes; otherwise a promise that resolves when somebody does: no silence until then. */
  demand(): Promise<void> | undefined
  /** The connection is gone, and `shouldReconnect` is about to be called. Resolves when everything reported has been delivered. */
  deciding(): Promise<void>
  /** The connection is lost and will be reestablished after so many ms, which begin when the promise resolves. */
  lost(failure: ConnectionError, delay: number): Promise<void>
  /**
   * The connection has failed, or is over: its stream has ended, or the server says so. Resolves when that has been announced.
   *
   * @param thrown what a loop throws; undefined if there was no fault
   */
  failed(failure: ConnectionError, thrown: { error: unknown } | undefined): Promise<void>
  /** The caller's signal has closed the connection. */
  aborted(): void
}

/** The last event ID string after a stream has said one: empty, it resets one that there is, and there may be none. */
export function lastEventIdAfter(before: string | undefined, lastReceived: string): string | undefined {
  return lastReceived === '' && before === undefined ? undefined : lastReceived
}
