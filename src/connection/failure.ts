/** Failures of an attempt, before they become a `ConnectionError`. */

import type { FetchLikeResponse } from './request.ts'

/**
 * Why a connection was lost or has failed:
 *
 * - `network`: no response arrived, or the body was interrupted
 * - `request`: a function passed as an option threw, so no request was made
 * - `status`, `content-type`: the response was refused
 * - `redirect`: the response was a redirect that the option `redirect` forbids
 * - `ended`: the body ended
 * - `timeout`: `connectTimeout` or `idleTimeout` expired
 * - `too-large`: an event exceeded `maxBufferSize`
 * - `unsupported`: not supported by this runtime, URL scheme or `fetch`
 *
 * By default, a source reconnects after `network`, `request`, `ended` and `timeout`, and fails after the others. The option
 * `reconnect` overrides this.
 */
export type FailureReason =
  'network' | 'request' | 'status' | 'content-type' | 'redirect' | 'ended' | 'timeout' | 'too-large' | 'unsupported'

/** The details of a failure. */
export interface Failure {
  reason: FailureReason
  /** Continues "The event stream at <url> …". */
  message: string
  /** The HTTP status of a refused response. */
  status?: number | undefined
  /** The headers of a refused response. */
  headers?: FetchLikeResponse['headers'] | undefined
  /** The text of a refused response. */
  body?: string | undefined
  /** Whether `body` is only the beginning of the text. */
  bodyTruncated?: boolean | undefined
  /** Whether the stream ended in the middle of an event. */
  endedMidEvent?: boolean | undefined
  /** In ms. */
  retryAfter?: number | undefined
  cause?: unknown
  /** Whether the caller's own code threw `cause`, which is then passed through unchanged. */
  fromCaller?: boolean | undefined
}

export const ENDED: Failure = { reason: 'ended', message: 'has ended' }

export const ENDED_MID_EVENT: Failure = {
  reason: 'ended',
  message: 'has ended in the middle of an event',
  endedMidEvent: true,
}

/** Thrown anywhere within an attempt to end it. */
export class AttemptError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Passes an `AttemptError` through; any other error becomes the cause of this failure. */
export function asAttemptError(thrown: unknown, failure: Failure): AttemptError {
  return thrown instanceof AttemptError ? thrown : new AttemptError({ ...failure, cause: thrown })
}
