/** Why a connection was lost or failed. */

import { systemCode, withoutSecrets } from './cause.ts'
import { presentable } from './url.ts'

/**
 * - `network`: no response came, or the body broke off
 * - `ended`: the body came to its end
 * - `status`, `content-type`: the response was refused
 * - `too-large`: an event grew past `maxBufferSize`
 * - `unsupported`: this runtime, URL scheme or `fetch` cannot do it
 */
export type FailureReason = 'network' | 'ended' | 'status' | 'content-type' | 'too-large' | 'unsupported'

/** What is known of a failure where it happens. */
export interface Failure {
  reason: FailureReason
  /** What happened, continuing "The event stream at <url> …". */
  what: string
  status?: number | undefined
  cause?: unknown
}

/** Why a connection was lost or failed: `event.error` of an `error` event. */
export class ConnectionError extends Error {
  /** Which kind of failure it was. */
  readonly reason: FailureReason
  /** The HTTP status, where a response had come. */
  readonly status: number | undefined
  /** The system's code, such as `ECONNREFUSED`, where the runtime tells it. */
  readonly code: string | undefined
  /** The request's URL, without user and password. Not enumerable: its query may hold secrets. */
  declare readonly url: string

  constructor(url: URL, { reason, what, status, cause: original }: Failure) {
    const cause = withoutSecrets(original)
    const code = systemCode(cause)
    super(`The event stream at ${presentable(url)} ${what}${code === undefined ? '' : ` (${code})`}`, { cause })
    this.reason = reason
    this.status = status
    this.code = code
    const bare = new URL(url)
    bare.username = bare.password = ''
    Object.defineProperty(this, 'url', { value: bare.href, configurable: true, writable: true })
  }

  // Not left to the class, which minifiers rename.
  override get name(): string {
    return 'ConnectionError'
  }
}
