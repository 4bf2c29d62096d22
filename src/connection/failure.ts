/** Why an attempt failed, where that happens. */

import type { FetchLikeResponse } from './request.ts'

/**
 * Why a connection was lost or has failed:
 *
 * - `network`: no response came, or the body broke off
 * - `request`: a function among the options failed, so that there was no request
 * - `status`, `content-type`: the response was refused
 * - `redirect`: the response was a redirect that the option `redirect` refuses
 * - `ended`: the body came to its end
 * - `timeout`: `connectTimeout` or `idleTimeout` ran out
 * - `too-large`: an event grew past `maxBufferSize`
 * - `unsupported`: this runtime, URL scheme or `fetch` cannot do it
 *
 * After `network`, `request`, `ended` and `timeout` a source reconnects, after the others it has failed, unless the option
 * `reconnect` says otherwise.
 */
export type FailureReason =
  'network' | 'request' | 'status' | 'content-type' | 'redirect' | 'ended' | 'timeout' | 'too-large' | 'unsupported'

/** What is known of a failure where it happens. */
export interface Failure {
  /** Which kind of failure it was. */
  reason: FailureReason
  /** What happened, continuing "The event stream at <url> …". */
  message: string
  /** The HTTP status of a refused response. */
  status?: number | undefined
  /** Its headers. */
  headers?: FetchLikeResponse['headers'] | undefined
  /** Its text. */
  body?: string | undefined
  /** Whether that is only its beginning. */
  bodyTruncated?: boolean | undefined
  /** Whether the stream has ended in the middle of an event. */
  endedMidEvent?: boolean | undefined
  /** In ms. */
  retryAfter?: number | undefined
  /** What was thrown. */
  cause?: unknown
  /** Whether the caller's code threw it: the caller gets it back as it is. */
  fromCaller?: boolean | undefined
}

/** The stream has come to its end. */
export const ENDED: Failure = { reason: 'ended', message: 'has ended' }

/** The same, but its last event is not complete. */
export const ENDED_MID_EVENT: Failure = {
  reason: 'ended',
  message: 'has ended in the middle of an event',
  endedMidEvent: true,
}

/** Ends an attempt, from anywhere within it. */
export class AttemptError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** What was thrown, if it says what has failed; otherwise it becomes the cause of this failure. */
export function asAttemptError(thrown: unknown, failure: Failure): AttemptError {
  return thrown instanceof AttemptError ? thrown : new AttemptError({ ...failure, cause: thrown })
}
