/** What a connection is made of: one attempt after another to get at an event stream. */

import type { CallerError } from './caller-error.ts'
import type { ConnectionError, FailedRequest, Failure } from './connection-error.ts'
import type { FetchLikeResponse } from './request.ts'

/** What reads a body. */
export interface BodyReader {
  read(): Promise<ReadableStreamReadResult<unknown>>
  cancel(): Promise<void>
  /** Whether a chunk is taken whole, however large. */
  readonly keepsChunks?: true
  /** Makes of what went wrong with a stream of the caller's the caller's error. */
  blame?(cause: unknown): CallerError
}

/** An event stream that can be read. */
export interface Opened {
  /** Undefined where the caller gave nothing but a stream. */
  response: FetchLikeResponse | undefined
  /** That of its messages. */
  origin: string
  /** Undefined: it is empty. */
  reader: BodyReader | undefined
}

export type Opening = Opened | { failure: Failure }

/** One attempt. */
export interface Exchange extends FailedRequest {
  /** Aborts it, and afterwards the reading. */
  readonly request: AbortController
  /**
   * Called once. Does not reject.
   *
   * @param lastEventId undefined where neither the stream nor the caller has named one
   * @param failure of the attempt before it
   */
  open(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<Opening>
}

/** Makes the attempts of a connection. */
export interface Opener {
  /** @param attempt its number, from 1, among those in a row that brought no message */
  next(attempt: number): Exchange
}
