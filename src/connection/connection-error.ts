/** The error of a lost or failed connection. */

import type { Failure, FailureReason } from './failure.ts'
import { redactCause } from './redaction.ts'
import { displayURL, withoutCredentials } from './url.ts'

/** The request that failed. */
export interface FailedRequest {
  /** The full URL, including secrets. */
  readonly url: URL
  /** The number of the attempt, from 1. */
  readonly attempt: number
  /** Strings that must not appear in the error or its causes. */
  readonly secrets: readonly string[]
}

/** Lets copies of the package, such as ESM and CommonJS, recognize each other's errors. */
const BRAND = Symbol.for('everysource.ConnectionError')

/** Members of a `ConnectionError` created in a test. All are optional. */
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
 * Why a connection was lost or failed: the `error` of an `error` event, and the error thrown by a loop over `streamEvents`. Its
 * `message` says what happened, at which URL, and how to fix it if known. The message, the stack and the JSON never contain
 * header values or a URL's user, password or query. `instanceof` works across the ESM and CommonJS builds.
 */
export class ConnectionError extends Error {
  /** The kind of failure. */
  readonly reason: FailureReason
  /** The HTTP status of a refused response; `undefined` without one. */
  readonly status: number | undefined
  /** System error code such as `ECONNREFUSED`, if the runtime provides one. */
  readonly code: string | undefined
  /** The `Retry-After` header of a refused response, in milliseconds. */
  readonly retryAfter: number | undefined
  /** The number of the attempt, from 1. Resets after a message or a connection that stayed open for `resetAfter`. */
  readonly attempt: number
  /** Whether the stream ended in the middle of an event, which is discarded. A proxy may have cut it off. */
  readonly endedMidEvent: boolean
  /** Whether `body` is only the beginning of the response text. */
  readonly bodyTruncated: boolean
  // Members that may contain secrets are not enumerable, to keep them out of logs.
  /** The request URL, without user and password. Not enumerable, because its query may contain secrets. */
  declare readonly url: string
  /** The headers of a refused response; `undefined` without one. Not enumerable. */
  declare readonly headers: Headers | undefined
  /**
   * The text of a refused response: up to 64 KiB, as received within 250 ms. To read all of it, use the option `onRefused`. Not
   * enumerable.
   */
  declare readonly body: string | undefined

  /**
   * Creates an error like one from a connection, for tests.
   *
   * @param message default: empty
   * @param init the members of the error
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
   * Makes `instanceof` work across copies of the package.
   *
   * @hidden
   */
  get [BRAND](): true {
    return true
  }

  /** Also true for errors from another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // Subclasses use the default check. (Referring to the class by name here would make bundlers rename it.)
    if (!Object.getOwnPropertyDescriptor(this, Symbol.hasInstance))
      return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** Creates the error for a failed request. */
export function connectionErrorOf({ url, attempt, secrets }: FailedRequest, failure: Failure): ConnectionError {
  const { cause, code } = redactCause(failure, secrets)
  return new ConnectionError(
    `The event stream at ${displayURL(url)} ${failure.message}${code === undefined ? '' : ` (${code})`}`,
    {
      ...failure,
      // May be incomplete if they come from a caller's fetch.
      headers: failure.headers as Headers | undefined,
      url: withoutCredentials(url),
      attempt,
      code,
      cause,
    },
  )
}

/** The error for a bug or a hostile realm. Omits the URL and the cause if reading them fails. */
export function unexpectedError(request: FailedRequest, cause: unknown): ConnectionError {
  const reason = 'unsupported'
  try {
    return connectionErrorOf(request, { reason, message: 'failed unexpectedly', cause })
  } catch {
    return new ConnectionError('The event stream failed unexpectedly', { reason })
  }
}
