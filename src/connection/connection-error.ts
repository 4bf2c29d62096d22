/** Why a connection was lost or failed. */

import type { Failure, FailureReason } from './failure.ts'
import { redactCause } from './redaction.ts'
import { presentable, withoutUser } from './url.ts'

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
  constructor({ url, attempt, secrets }: FailedRequest, failure: Failure) {
    const { reason, what, status, headers, body, retryAfter } = failure
    const { cause, code } = redactCause(failure, secrets)
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
    // A subclass has only its own.
    if (this !== ConnectionError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

const UNKNOWN: FailedRequest = { url: { protocol: '', host: '', href: '' } as unknown as URL, attempt: 0, secrets: [] }

/** The error of a step that threw what no step should. If that cannot be described, the URL and the cause are left out. */
export function unexpectedError(request: FailedRequest, cause: unknown): ConnectionError {
  const failure: Failure = { reason: 'unsupported', what: 'failed unexpectedly' }
  try {
    return new ConnectionError(request, { ...failure, cause })
  } catch {
    return new ConnectionError(UNKNOWN, failure)
  }
}
