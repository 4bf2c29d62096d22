/** The public types of the options. */

import type { ConnectionError } from './connection-error.ts'
import type { RequestHeaders } from './headers.ts'
import type { RequestBody } from './request-body.ts'
import type { FetchLike } from './request.ts'

/** The attempt that an option's function is called for. */
export interface Attempt {
  /** Counts from 1. Starts again after a message, or after a connection that stayed open for `resetAfter`. */
  readonly attempt: number
  /** The last event ID string as of the last message that was delivered. Empty if there was none. */
  readonly lastEventId: string
  /** Why the previous connection was lost. `undefined` for the first attempt and after `reconnect()`. */
  readonly failure: ConnectionError | undefined
}

/** Overrides for the request of a reconnection. Members that are `undefined` change nothing. */
export interface ResumedRequest {
  /** The URL to request. A relative URL is resolved against the source's URL. */
  url?: string | URL | undefined
  /** The HTTP method. `GET` and `HEAD` drop the body and the headers that describe it. */
  method?: string | undefined
  /** Merged over the option `headers`. */
  headers?: RequestHeaders | undefined
  /** The body to send, or `null` for none. */
  body?: RequestBody | null | undefined
}

/** The second argument of `shouldReconnect`. */
export interface FailureContext {
  /** Milliseconds until the next attempt by default. `undefined` if the default is not to reconnect. */
  readonly delay: number | undefined
  /** Whether the connection that failed received a message. */
  readonly hasReceived: boolean
}

/** When to reconnect, and how long to wait. */
export interface ReconnectPolicy {
  /** How many attempts in a row may end without a message, counting the first. Default: no limit. */
  maxAttempts?: number | undefined
  /** Backoff factor: multiplies the wait for each further attempt in a row without a message. At least 1. Default 2. */
  factor?: number | undefined
  /**
   * Longest wait in milliseconds, before jitter. Never shortens the server's `retry` or `Retry-After`. Default 30,000.
   */
  maxDelay?: number | undefined
  /**
   * Largest random addition to the wait, as a fraction of it, so that clients don't all reconnect at once. Default 0.25. For the
   * first wait after a connection that received a message or stayed open for `resetAfter`, the default is 0.1.
   */
  jitter?: number | undefined
  /** Milliseconds after which an open connection counts as a success, even without a message. Default 5,000. */
  resetAfter?: number | undefined
  /**
   * Called after each failure and each end of the stream, once all earlier messages have been delivered. `readyState` is
   * CONNECTING meanwhile.
   *
   * Return whether to reconnect, or the milliseconds to wait first (at least 100). `undefined` keeps the default: reconnect after
   * `network`, `timeout`, `request` and `ended`, but not after a refused response. (The option `reconnect` describes the default
   * for `ended` with methods other than `GET`.) If the function throws, the source does not reconnect, and the error becomes the
   * `cause`.
   */
  shouldReconnect?:
    | ((
        failure: ConnectionError,
        context: FailureContext,
      ) => boolean | number | undefined | Promise<boolean | number | undefined>)
    | undefined
}

/**
 * Options of `new EventSource(url, options)` and `streamEvents(url, options)`. All are optional. `undefined` means the default.
 */
export interface EventSourceInit {
  /**
   * Whether to send cookies and HTTP authentication to other origins: `credentials: 'include'` instead of `'same-origin'`.
   * Default `false`. (HTML standard, 9.2.2)
   */
  withCredentials?: boolean | undefined
  /**
   * A function to call instead of the runtime's `fetch`. It receives the URL as a string and an init whose `headers` is a plain
   * object. It must return a promise of a `Response` whose body is a web `ReadableStream` of bytes. Default: the global `fetch`,
   * looked up for each attempt.
   */
  fetch?: FetchLike | undefined
  /**
   * The HTTP method, in upper or lower case. Any method that `fetch` can send. Default `GET`. Other methods don't reconnect by
   * default, because repeating them may repeat their side effects.
   */
  method?: string | undefined
  /**
   * Request headers, or a function that returns them. Headers override the defaults. The function is called for each attempt,
   * which is useful for tokens that expire. If it throws, the attempt fails with reason `request`. `Last-Event-ID` is managed for
   * you once the stream sends an ID.
   */
  headers?:
    | RequestHeaders
    | ((attempt: Attempt) => RequestHeaders | undefined | Promise<RequestHeaders | undefined>)
    | undefined
  /**
   * The request body, or a function that returns it. The function is called for each attempt. A `ReadableStream` can be sent only
   * once: to reconnect, return a new one from a function.
   */
  body?:
    | RequestBody
    | ((attempt: Attempt) => RequestBody | null | undefined | Promise<RequestBody | null | undefined>)
    | null
    | undefined
  /**
   * Called for each reconnection. Returns overrides for its request, for streams that one request starts and another resumes, as
   * in MCP. Turns reconnecting on unless the option `reconnect` is given.
   */
  resume?: ((attempt: Attempt) => ResumedRequest | undefined | Promise<ResumedRequest | undefined>) | undefined
  /**
   * How to handle redirects. `'follow'` (the default) follows them to any origin, which then receives your headers except
   * `Authorization`, `Cookie` and `Proxy-Authorization`, and after a 307 or 308 the body. `'same-origin'` fails with reason
   * `redirect` before anything is sent to another origin. In browsers, which hide redirects from scripts, it refuses every
   * redirect. `'error'` fails with reason `redirect` on any redirect.
   */
  redirect?: 'follow' | 'error' | 'same-origin' | undefined
  /**
   * Other members for the `fetch` init, such as `referrerPolicy`, Node's `dispatcher`, Deno's `client`, or Bun's `proxy` and
   * `tls`. The dispatcher's response timeouts don't apply: use `connectTimeout` and `idleTimeout`.
   */
  fetchOptions?: object | undefined
  /** Short for `fetchOptions: { dispatcher }`, as in undici. */
  dispatcher?: object | undefined
  /** The options of undici's `EventSource`, equivalent to `dispatcher` and `reconnectionTime` here. */
  node?:
    | {
        /** Equivalent to the option `dispatcher`. */
        dispatcher?: object | undefined
        /** Equivalent to the option `reconnectionTime`. */
        reconnectionTime?: number | undefined
      }
    | undefined
  /** Aborting the signal closes the source. A loop over `streamEvents` then throws the signal's `reason`. */
  signal?: AbortSignal | undefined
  /** The ID to start after: sent as `Last-Event-ID` until the stream sends its own. Default: none. */
  lastEventId?: string | undefined
  /**
   * The name of a query parameter to send the last event ID in, instead of the header. Avoids the CORS preflight that the header
   * costs on other origins. Replaces the parameter's value if the URL already has it. The rest of the URL stays byte for byte
   * the same.
   */
  lastEventIdParameter?: string | undefined
  /** Called with the text of each comment line, in order with the messages. */
  onComment?: ((comment: string) => void) | undefined
  /**
   * Called with each response whose status or Content-Type is refused, before its body is read, and awaited. Use it to read a
   * refused response of any size or speed. If it reads the body, the error's `body` is `undefined`. If it throws,
   * the error becomes the `cause`. Default: the beginning of the body is in the error.
   */
  onRefused?: ((response: Response) => void | Promise<void>) | undefined
  /** Milliseconds to wait for the response's headers before an attempt fails with reason `timeout`. Default 0: no limit. */
  connectTimeout?: number | undefined
  /**
   * Milliseconds without data before the connection counts as lost, with reason `timeout`. Any byte resets the timer, comments
   * included. The timer is paused while messages wait for their listeners. Time that the device or the page slept counts as soon
   * as it wakes up. Default 0: no limit.
   *
   * `'auto'` learns how often the server sends keep-alives, and allows three to four times as long. Without regular ones, it sets
   * no limit.
   */
  idleTimeout?: number | 'auto' | undefined
  /**
   * What to do while the page is hidden. `'close'` closes the connection once the page has been hidden for two seconds, and
   * reconnects with the last event ID when it is shown, without an `error` event. Methods other than `GET` also need `reconnect`
   * or `resume`. Ignored outside pages. Default `'keep'`: stay connected.
   */
  whenHidden?: 'keep' | 'close' | undefined
  /** Milliseconds to wait before reconnecting, until the server's `retry` changes it. Default 3,000. */
  reconnectionTime?: number | undefined
  /**
   * Whether to reconnect, or a policy that says when and how often. Default: `true` for an `EventSource` with `GET` or with
   * `resume`, otherwise `false`.
   *
   * With methods other than `GET`, a response that ends is complete, so it does not reconnect unless it ended in the middle of an
   * event, `resume` is given, or `shouldReconnect` says so.
   */
  reconnect?: boolean | ReconnectPolicy | undefined
  /**
   * How many characters the data, type and ID of one event may take. A larger event fails the connection permanently, so that an
   * endless event can't exhaust memory. Default 67,108,864 (64 Mi).
   *
   * While an event is unfinished, everything received counts, comments included, by the memory it takes: each line of data as 64
   * extra characters, and all characters double if any is above U+00FF.
   */
  maxBufferSize?: number | undefined
}
