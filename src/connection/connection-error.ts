/** Why a connection was lost or failed. */

import { presentCause } from './cause.ts'
import type { FetchLikeResponse } from './request.ts'
import { presentable, withoutUser } from './url.ts'

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
  what: string
  /** Of a response that was refused. */
  status?: number | undefined
  /** The same. */
  headers?: FetchLikeResponse['headers'] | undefined
  /** Its text. */
  body?: string | undefined
  /** In ms. */
  retryAfter?: number | undefined
  /** A `CallerError`, or what the runtime said. */
  cause?: unknown
}

/** The request that failed. */
export interface FailedRequest {
  /** With all its parts. */
  url: URL
  /** Which attempt it was, from 1. */
  attempt: number
  /** What neither the error nor its causes may show. */
  secrets: readonly string[]
}

/** Copies of the package, ESM and CommonJS for example, know each other's errors by it. */
const BRAND = Symbol.for('everysource.ConnectionError')

/**
 * Why a connection was lost or has failed: `event.error` of an `error` event, and what a loop over `streamEvents` throws. Its
 * `message` is a sentence: what happened, at which URL, and what to do where that is known. No value of a header and no user,
 * password or query of a URL is in its message, its stack or its JSON. `instanceof` holds between the ESM and the CommonJS build.
 */
export class ConnectionError extends Error {
  /**
   * Whatever bundlers make of the class.
   *
   * @hidden
   */
  static override readonly name = 'ConnectionError'
  /** Which kind of failure it was, to switch on. */
  readonly reason: FailureReason
  /** The HTTP status of a response that was refused; undefined where there was none. */
  readonly status: number | undefined
  /** The system's code, such as `ECONNREFUSED`, where the runtime tells it. */
  readonly code: string | undefined
  /** How long a refused response asks to wait, by its header `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined
  /** The number of the attempt, from 1; it starts again after a message, or a connection open for `resetAfter`. */
  readonly attempt: number
  // What may hold secrets is not enumerable, so that it is in no log.
  /** The request's URL, without user and password. Not enumerable: its query may hold secrets. */
  declare readonly url: string
  /** The headers of a response that was refused; undefined where there was none. Not enumerable. */
  declare readonly headers: Headers | undefined
  /** The text of a response that was refused: up to 64 KiB, as far as it came within 250 ms. Not enumerable. */
  declare readonly body: string | undefined

  /**
   * For the package itself.
   *
   * @hidden
   */
  constructor(request: FailedRequest, failure: Failure) {
    const { url, attempt, secrets } = request
    const { reason, what, status, headers, body, retryAfter } = failure
    const { cause, code } = presentCause(failure.cause, secrets)
    super(`The event stream at ${presentable(url)} ${what}${code === undefined ? '' : ` (${code})`}`, { cause })
    this.reason = reason
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
    this.attempt = attempt
    for (const [name, value] of Object.entries({ url: withoutUser(url), headers, body })) {
      Object.defineProperty(this, name, { value, configurable: true, writable: true })
    }
  }

  /** Always `ConnectionError`. */
  // Whatever minifiers make of the class.
  override get name(): string {
    return 'ConnectionError'
  }

  /**
   * What makes `instanceof` hold between copies of the package.
   *
   * @hidden
   */
  get [BRAND](): true {
    return true
  }

  /** Holds for errors of another copy of the package too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass has only its own.
    if (this !== ConnectionError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }
}
