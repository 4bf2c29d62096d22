/** The reasons why an attempt fails. */

import type { FetchLikeResponse } from './request.ts'

/**
 * Why a connection was lost or failed:
 *
 * - `network`: the request got no response, or the body was interrupted
 * - `request`: an option function threw, so no request was sent
 * - `status`: the response's status is not 200
 * - `content-type`: the response's Content-Type is not `text/event-stream`
 * - `redirect`: the option `redirect` refuses the redirect
 * - `ended`: the server ended the response
 * - `timeout`: `connectTimeout` or `idleTimeout` expired
 * - `too-large`: an event exceeded `maxBufferSize`
 * - `unsupported`: the runtime, `fetch` or URL scheme doesn't support it
 *
 * By default a source reconnects after `network`, `request`, `ended` and `timeout`, and fails permanently after the others.
 */
export type FailureReason =
  'network' | 'request' | 'status' | 'content-type' | 'redirect' | 'ended' | 'timeout' | 'too-large' | 'unsupported'

/** A failure as the code that detects it describes it. */
export interface Failure {
  /** The kind of failure. */
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
  /** From the header `Retry-After`, in ms. */
  retryAfter?: number | undefined
  /** The error that was thrown. */
  cause?: unknown
  /** Whether the caller's code threw the cause. It is then passed on unchanged. */
  fromCaller?: boolean | undefined
}

export const ENDED: Failure = { reason: 'ended', message: 'has ended' }

export const ENDED_MID_EVENT: Failure = {
  reason: 'ended',
  message: 'has ended in the middle of an event',
  endedMidEvent: true,
}

export const CACHED: Failure = { reason: 'network', message: 'was closed for the back/forward cache' }

export const FROZEN: Failure = { reason: 'network', message: 'was interrupted because the page was frozen' }

/** Thrown to end the attempt. */
export class AttemptError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Returns what was thrown if it is an `AttemptError`, or else this failure with the thrown value as its cause. */
export function asAttemptError(thrown: unknown, failure: Failure): AttemptError {
  return thrown instanceof AttemptError ? thrown : new AttemptError({ ...failure, cause: thrown })
}

/** A body that cannot be read to its end. */
export function interrupted(cause: unknown, { fromCaller }: { fromCaller: boolean }): AttemptError {
  return asAttemptError(cause, { reason: 'network', message: 'was interrupted', fromCaller })
}
