/** Why a connection was lost or failed. */

import type { Failure, FailureReason } from './failure.ts'
import { redactCause } from './redaction.ts'
import { displayURL, withoutCredentials } from './url.ts'

/** The request that failed. */
export interface FailedRequest {
  /** With all its parts. */
  readonly url: URL
  /** Which attempt it was, from 1. */
  readonly attempt: number
  /** What neither the error nor its causes may show. */
  readonly secrets: readonly string[]
}

/** Copies of the package, ESM and CommonJS for example, know each other's errors by it. */
const BRAND = Symbol.for('everysource.ConnectionError')

/** The members of a `ConnectionError`, all optional: for tests. */
export interface ConnectionErrorInit {
  /** Default `network`. */
  reason?: FailureReason | undefined
  /** Default: none. */
  status?: number | undefined
  /** Default: none. */
  code?: string | undefined
  /** In milliseconds. Default: none. */
  retryAfter?: number | undefined
  /** Default 1. */
  attempt?: number | undefined
  /** Default: empty. */
  url?: string | undefined
  /** Default: none. */
  headers?: Headers | undefined
  /** Default: none. */
  body?: string | undefined
  /** Default `false`. */
  bodyTruncated?: boolean | undefined
  /** Default `false`. */
  endedMidEvent?: boolean | undefined
  /** Default: none. */
  cause?: unknown
}

/**
 * Why a connection was lost or has failed: `event.error` of an `error` event, and what a loop over `streamEvents` throws. Its
 * `message` is a sentence: what happened, at which URL, and what to do where that is known. No value of a header and no user,
 * password or query of a URL is in its message, its stack or its JSON. `instanceof` holds between the ESM and the CommonJS build.
 */
export class ConnectionError extends Error {
  /** Which kind of failure it was, to switch on. */
  readonly reason: FailureReason
  /** The HTTP status of a response that was refused; undefined where there was none. */
  readonly status: number | undefined
  /** The system's code, such as `ECONNREFUSED`, if the runtime provides one. */
  readonly code: string | undefined
  /** How long a refused response asks to wait, by its header `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined
  /** The number of the attempt, from 1; it starts again after a message, or a connection open for `resetAfter`. */
  readonly attempt: number
  /** Whether the stream ended in the middle of an event, which is discarded: something on the way may have cut it. */
  readonly endedMidEvent: boolean
  /** Whether `body` is only the beginning of the response's text. */
  readonly bodyTruncated: boolean
  // What may hold secrets is not enumerable, so that it is in no log.
  /** The request's URL, without user and password. Not enumerable: its query may hold secrets. */
  declare readonly url: string
  /** The headers of a response that was refused; undefined where there was none. Not enumerable. */
  declare readonly headers: Headers | undefined
  /**
   * The text of a response that was refused: up to 64 KiB, as far as it came within 250 ms. For all of it, pass the option
   * `onRefused`. Not enumerable.
   */
  declare readonly body: string | undefined

  /**
   * Creates an error like those of a connection, for tests.
   *
   * @param message what happened, in a sentence. Default: empty
   * @param init its members
   */
  constructor(message = '', init: ConnectionErrorInit = {}) {
    const { reason = 'network', status, code, retryAfter, attempt = 1, url = '', headers, body, cause } = init
    super(message, { cause })
    this.reason = reason
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
    this.attempt = attempt
    this.endedMidEvent = init.endedMidEvent ?? false
    this.bodyTruncated = init.bodyTruncated ?? false
    for (const [name, value] of Object.entries({ url, headers, body })) {
      Object.defineProperty(this, name, { value, configurable: true, writable: true })
    }
  }

  /** Always `ConnectionError`, even where a minifier renames the class. */
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
    // A subclass has only its own. (To name the class here would make bundlers rename it.)
    if (!Object.getOwnPropertyDescriptor(this, Symbol.hasInstance))
      return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** The error that says why the request has failed. */
export function connectionErrorOf({ url, attempt, secrets }: FailedRequest, failure: Failure): ConnectionError {
  const { cause, code } = redactCause(failure, secrets)
  return new ConnectionError(
    `The event stream at ${displayURL(url)} ${failure.message}${code === undefined ? '' : ` (${code})`}`,
    {
      ...failure,
      // Or as much of them as the caller's fetch returned.
      headers: failure.headers as Headers | undefined,
      url: withoutCredentials(url),
      attempt,
      code,
      cause,
    },
  )
}

/** The error of a step that threw what no step should. If that cannot be described, the URL and the cause are left out. */
export function unexpectedError(request: FailedRequest, cause: unknown): ConnectionError {
  const reason = 'unsupported'
  try {
    return connectionErrorOf(request, { reason, message: 'failed unexpectedly', cause })
  } catch {
    return new ConnectionError('The event stream failed unexpectedly', { reason })
  }
}
