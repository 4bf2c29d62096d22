/** The public options of a connection. */

import type { ConnectionError } from './connection-error.ts'
import type { RequestHeaders } from './headers.ts'
import type { RequestBody } from './request-body.ts'
import type { FetchLike } from './request.ts'

/** The attempt that a function option is called for. */
export interface Attempt {
  /** Starts at 1, and resets after a message or a connection that stayed open for `resetAfter`. */
  readonly attempt: number
  /** The last event ID string as of the last delivered message. */
  readonly lastEventId: string
  /** Why the previous attempt failed; `undefined` for the first attempt and after `reconnect()`. */
  readonly failure: ConnectionError | undefined
}

/** Overrides options of the same names for the request of a reconnection. */
export interface ResumedRequest {
  /** The URL to request. A relative URL is resolved against the source's URL. */
  url?: string | URL | undefined
  /** `GET` and `HEAD` drop the body and the headers that describe it. */
  method?: string | undefined
  /** Merged over the option `headers`. */
  headers?: RequestHeaders | undefined
  /** `null` sends no body. */
  body?: RequestBody | null | undefined
}

/** The second argument of `shouldReconnect`. */
export interface FailureContext {
  /** Default delay until the next attempt, in milliseconds; `undefined` if the default is not to reconnect. */
  readonly delay: number | undefined
  /** Whether the failed connection received a message. */
  readonly hasReceived: boolean
}

/** When to reconnect, and after which delay. */
export interface ReconnectPolicy {
  /** Maximum number of consecutive requests without a message, including the first. Default: no limit. */
  maxAttempts?: number | undefined
  /** Multiplies the delay after each consecutive request without a message. At least 1. Default 2. */
  factor?: number | undefined
  /**
   * Maximum delay in milliseconds, before jitter. It never shortens the server's `retry` or `Retry-After`. Default 30,000.
   */
  maxDelay?: number | undefined
  /**
   * Random extra delay, as a maximum fraction of the delay, so that many clients do not reconnect at the same time. Default 0.25,
   * and 0.1 for the first delay after a connection that received a message or stayed open for `resetAfter`.
   */
  jitter?: number | undefined
  /** Milliseconds after which an open connection counts as a success, even without a message. Default 5,000. */
  resetAfter?: number | undefined
  /**
   * Called after each failure and each end of the stream, once all messages before it are delivered. `readyState` is CONNECTING
   * meanwhile. Returns whether to reconnect, or a delay in milliseconds (at least 100).
   *
   * `undefined` keeps the default: reconnect after `network`, `timeout`, `request` and `ended` (for `ended` with methods other
   * than `GET`, see `reconnect`), but not after a refused response. If the function throws, the source does not reconnect, and
   * the error becomes the `cause`.
   */
  shouldReconnect?:
    | ((
        failure: ConnectionError,
        context: FailureContext,
      ) => boolean | number | undefined | Promise<boolean | number | undefined>)
    | undefined
}

/** Options of `new EventSource(url, options)` and `streamEvents(url, options)`. All are optional; `undefined` means absent. */
export interface EventSourceInit {
  /**
   * Whether to send cookies and HTTP authentication to other origins: `credentials: 'include'` instead of `'same-origin'`.
   * Default `false`. (HTML standard, 9.2.2)
   */
  withCredentials?: boolean | undefined
  /**
   * A replacement for the runtime's `fetch`. It receives the URL as a string and an init whose `headers` is a plain object. It
   * must return a promise of a Response whose body is a web `ReadableStream` of bytes. Default: the global `fetch`, looked up for
   * each attempt.
   */
  fetch?: FetchLike | undefined
  /**
   * Any HTTP method that `fetch` allows, in upper or lower case. Default `GET`. Other methods do not reconnect by default,
   * because repeating them may repeat their side effects.
   */
  method?: string | undefined
  /**
   * Request headers, which override the defaults, or a function that returns them. The function is called for each attempt, for
   * tokens that expire; if it throws, the attempt fails with reason `request`. `Last-Event-ID` is managed for you once the stream
   * sends an ID.
   */
  headers?:
    | RequestHeaders
    | ((attempt: Attempt) => RequestHeaders | undefined | Promise<RequestHeaders | undefined>)
    | undefined
  /**
   * The request body, or a function that returns it, called for each attempt. A `ReadableStream` can be sent only once: to
   * reconnect, pass a function that returns a new one.
   */
  body?:
    | RequestBody
    | ((attempt: Attempt) => RequestBody | null | undefined | Promise<RequestBody | null | undefined>)
    | null
    | undefined
  /**
   * Called for each reconnection to override its request, for streams that one request starts and another resumes, as in MCP.
   * Enables `reconnect` unless that option is given.
   */
  resume?: ((attempt: Attempt) => ResumedRequest | undefined | Promise<ResumedRequest | undefined>) | undefined
  /**
   * How to handle redirects. `'follow'` (the default) sends your headers, except `Authorization`, `Cookie` and
   * `Proxy-Authorization`, to any origin, and with 307 and 308 also the body. `'error'` fails with reason `redirect` at any
   * redirect, `'same-origin'` before anything is sent to another origin. Browsers hide redirects from scripts, so there
   * `'same-origin'` refuses them all.
   */
  redirect?: 'follow' | 'error' | 'same-origin' | undefined
  /**
   * Any other member of the init for `fetch`: `referrerPolicy`, Deno's `client`, Bun's `proxy` and `tls`, or Node's `dispatcher`,
   * whose response timeouts do not apply (see `connectTimeout` and `idleTimeout`).
   */
  fetchOptions?: object | undefined
  /** Shorthand for `fetchOptions: { dispatcher }`, as in undici. */
  dispatcher?: object | undefined
  /** Options of undici's own `EventSource`, equivalent to `dispatcher` and `reconnectionTime`. */
  node?:
    | {
        /** The option `dispatcher`. */
        dispatcher?: object | undefined
        /** The option `reconnectionTime`. */
        reconnectionTime?: number | undefined
      }
    | undefined
  /** Aborting it closes the source; a loop over `streamEvents` then throws the signal's `reason`. */
  signal?: AbortSignal | undefined
  /** The ID to start after. Sent as `Last-Event-ID` until the stream sends an ID. */
  lastEventId?: string | undefined
  /**
   * Name of a query parameter that carries the last event ID instead of the header, which would cost a CORS preflight on other
   * origins. Replaces the parameter's value if the URL already has it; the rest of the URL stays unchanged.
   */
  lastEventIdParameter?: string | undefined
  /** Called with the text of each comment line, in order with the messages. */
  onComment?: ((comment: string) => void) | undefined
  /**
   * Called with each response whose status or Content-Type is refused, before its body is read, and awaited. Use it to read
   * responses of any size and speed, such as JSON instead of a stream. If it reads the body, the error's `body` is `undefined`.
   * If it throws, the error becomes the `cause`. Default: the error's `body` has the beginning of the text.
   */
  onRefused?: ((response: Response) => void | Promise<void>) | undefined
  /** Milliseconds to wait for the response headers before an attempt fails with reason `timeout`. Default 0: no limit. */
  connectTimeout?: number | undefined
  /**
   * Milliseconds without a byte, comments included, before the connection counts as lost with reason `timeout`. The timer pauses
   * while messages wait for their listeners. Default 0: no limit.
   */
  idleTimeout?: number | undefined
  /** Milliseconds to wait before reconnecting, until the server sends `retry`. Default 3,000. */
  reconnectionTime?: number | undefined
  /**
   * Whether to reconnect, or a policy for when and how often. By default, an `EventSource` with `GET` reconnects as the standard
   * says; other methods, which may repeat their side effects, and `streamEvents` do not.
   *
   * With other methods than `GET`, a response that ends is complete, so even with `reconnect` it is not requested again. It is if
   * the response ends in the middle of an event, if the option `resume` is given, or if `shouldReconnect` returns so.
   */
  reconnect?: boolean | ReconnectPolicy | undefined
  /**
   * Maximum number of characters in the data, type and ID of one event. A larger event fails the connection permanently, so that
   * an endless event cannot exhaust memory. An unfinished event counts by its memory use: each line of data adds 64 characters,
   * and all characters count double if any is past U+00FF. Default 67,108,864 (64 Mi).
   */
  maxBufferSize?: number | undefined
}
