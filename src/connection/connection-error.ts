/** `ConnectionError`, the error of a lost or failed connection. */

import type { Failure, FailureReason } from './failure.ts'
import { redactCause } from './redaction.ts'
import { displayURL, withoutCredentials } from './url.ts'

/** The request that failed. */
export interface FailedRequest {
  /** Complete, with user, password and query. */
  readonly url: URL
  /** Counts from 1. */
  readonly attempt: number
  /** Texts that must not appear in the error or its causes. */
  readonly secrets: readonly string[]
}

/** Lets copies of the package (ESM and CommonJS, for example) recognize each other's errors. */
const BRAND = Symbol.for('everysource.ConnectionError')

/** Members for `new ConnectionError(message, init)`. All are optional. */
export interface ConnectionErrorInit {
  /** Default `network`. */
  reason?: FailureReason | undefined
  /** Default: none. */
  status?: number | undefined
  /** Default: none. */
  code?: string | undefined
  /** Milliseconds. Default: none. */
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
 * Says why a connection was lost or failed. It is the `error` of an `error` event. A loop over `streamEvents` throws it.
 *
 * Its `message` says what happened, at which URL, and how to fix it if that is known. Its message, stack and JSON never contain
 * header values, or the user, password or query of a URL. `instanceof` works between the ESM and CommonJS builds.
 */
export class ConnectionError extends Error {
  /** The kind of failure, to switch on. */
  readonly reason: FailureReason
  /** The HTTP status of a refused response. `undefined` if no response was refused. */
  readonly status: number | undefined
  /** System error code such as `ECONNREFUSED`, if the runtime provides one. */
  readonly code: string | undefined
  /** How long a refused response asks to wait in its header `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined
  /** Counts from 1. Starts again after a message, or after a connection that stayed open for `resetAfter`. */
  readonly attempt: number
  /** Whether the stream ended in the middle of an event, for example because a proxy cut it. The event is discarded. */
  readonly endedMidEvent: boolean
  /** Whether `body` is only the beginning of the response text. */
  readonly bodyTruncated: boolean
  // Members that may hold secrets are not enumerable, to keep them out of logs.
  /** The request's URL, without user and password. Not enumerable: its query may hold secrets. */
  declare readonly url: string
  /** The headers of a refused response. `undefined` if no response was refused. Not enumerable. */
  declare readonly headers: Headers | undefined
  /**
   * The text of a refused response: up to 64 KiB, and only what arrives within 250 ms. To read all of it, use the option
   * `onRefused`. Not enumerable.
   */
  declare readonly body: string | undefined

  /**
   * Creates an error like those that a connection reports, for tests.
   *
   * @param message a sentence that says what happened. Default: empty
   * @param init the other members
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

  /** Always `ConnectionError`, even if a minifier renames the class. */
  override get name(): string {
    return 'ConnectionError'
  }

  /**
   * Makes `instanceof` work between copies of the package.
   *
   * @hidden
   */
  get [BRAND](): true {
    return true
  }

  /** Recognizes errors of other copies of the package too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass matches only its own instances. (Naming the class here would make bundlers rename it.)
    if (!Object.getOwnPropertyDescriptor(this, Symbol.hasInstance))
      return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** Builds the error for a failed request. */
export function connectionErrorOf({ url, attempt, secrets }: FailedRequest, failure: Failure): ConnectionError {
  const { cause, code } = redactCause(failure, secrets)
  return new ConnectionError(
    `The event stream at ${displayURL(url)} ${failure.message}${code === undefined ? '' : ` (${code})`}`,
    {
      ...failure,
      // A custom fetch may return an object with only some of the members of Headers.
      headers: failure.headers as Headers | undefined,
      url: withoutCredentials(url),
      attempt,
      code,
      cause,
    },
  )
}

/** Builds the error for an unexpected exception. Leaves out the URL and the cause if describing them throws too. */
export function unexpectedError(request: FailedRequest, cause: unknown): ConnectionError {
  const reason = 'unsupported'
  try {
    return connectionErrorOf(request, { reason, message: 'failed unexpectedly', cause })
  } catch {
    return new ConnectionError('The event stream failed unexpectedly', { reason })
  }
}
