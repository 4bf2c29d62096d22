/** The options of a connection, as the caller writes them. */

import type { ConnectionError } from './connection-error.ts'
import type { RequestHeaders } from './headers.ts'
import type { RequestBody } from './request-body.ts'
import type { FetchLike } from './request.ts'

/** What functions among the options are told of the attempt that they are called for. */
export interface Attempt {
  /** Counts from 1, and starts again after a message or a connection that was open for `resetAfter`. */
  readonly attempt: number
  /** The last event ID string as of the last message that was delivered. */
  readonly lastEventId: string
  /** Why the connection before it was lost; undefined at the first attempt, and after `reconnect()`. */
  readonly failure: ConnectionError | undefined
}

/** What the request of a reconnection has instead of the options of the same names. */
export interface ResumedRequest {
  /** Where to connect to; a relative one is resolved against the source's URL. */
  url?: string | URL | undefined
  /** With `GET` and `HEAD` there is no body, and no header that describes one. */
  method?: string | undefined
  /** Merged over the option `headers`. */
  headers?: RequestHeaders | undefined
  /** `null` is none. */
  body?: RequestBody | null | undefined
}

/** The second argument of `shouldReconnect`. */
export interface FailureContext {
  /** Milliseconds until the next attempt by default; `undefined` if the default is not to reconnect. */
  readonly delay: number | undefined
  /** Whether the connection that failed brought a message. */
  readonly hasReceived: boolean
}

/** When to reconnect, and how long to wait before. */
export interface ReconnectPolicy {
  /** How many requests in a row may bring no message, the first included. Default: no limit. */
  maxAttempts?: number | undefined
  /** By what the wait is multiplied for each further request in a row that brought no message. At least 1; default 2. */
  factor?: number | undefined
  /**
   * Milliseconds that a wait does not exceed, before jitter. It never shortens the server's `retry` or `Retry-After`. Default 30,000.
   */
  maxDelay?: number | undefined
  /**
   * The largest part of the wait that is added to it at random, so that many clients do not reconnect at the same time. Default 0.25,
   * and 0.1 for the first wait after a connection that brought a message or was open for `resetAfter`.
   */
  jitter?: number | undefined
  /** Milliseconds after which an open connection counts as a success even without a message. Default 5,000. */
  resetAfter?: number | undefined
  /**
   * Called after each failure and after each end of the stream, once the messages before it have been delivered; `readyState` is
   * CONNECTING meanwhile. It returns whether to reconnect, or after how many milliseconds (at least 100). `undefined` is the default:
   * yes after `network`, `timeout`, `request` and `ended` (but see `reconnect` for `ended` and other methods than `GET`), no after a
   * response that was refused. An error that it throws means no, and becomes the `cause`.
   */
  shouldReconnect?:
    | ((
        failure: ConnectionError,
        context: FailureContext,
      ) => boolean | number | undefined | Promise<boolean | number | undefined>)
    | undefined
}

/** Options of `new EventSource(url, options)` and `streamEvents(url, options)`. All are optional; `undefined` is absent. */
export interface EventSourceInit {
  /**
   * Whether cookies and HTTP authentication go along to other origins: `credentials: 'include'` instead of
   * `'same-origin'`. Default `false`. (HTML standard, 9.2.2)
   */
  withCredentials?: boolean | undefined
  /**
   * The function to call instead of the runtime's `fetch`. It gets the URL as a string and an init whose `headers` is a
   * plain object, and must return a promise of a Response whose body is a web `ReadableStream` of bytes. Default: the
   * global `fetch`, looked up at each attempt.
   */
  fetch?: FetchLike | undefined
  /**
   * The HTTP method, any that `fetch` sends, in upper or lower case. Default `GET`. Other methods do not reconnect by default, because
   * repeating them may repeat their side effects.
   */
  method?: string | undefined
  /**
   * Headers of the request, which win over ours, or a function that returns them, called for each attempt: for tokens that
   * expire. `Last-Event-ID` follows the stream once it has an ID. An error that the function throws fails the attempt with
   * reason `request`.
   */
  headers?:
    | RequestHeaders
    | ((attempt: Attempt) => RequestHeaders | undefined | Promise<RequestHeaders | undefined>)
    | undefined
  /**
   * The body of the request, or a function that returns it, called for each attempt. A `ReadableStream` can be sent once
   * only: where the connection may be reestablished, have a function return a fresh one.
   */
  body?:
    | RequestBody
    | ((attempt: Attempt) => RequestBody | null | undefined | Promise<RequestBody | null | undefined>)
    | null
    | undefined
  /**
   * Called for each reconnection: what its request has instead. For streams that are born of one request and resumed by
   * another, as in MCP. Without the option `reconnect` it also switches that on.
   */
  resume?: ((attempt: Attempt) => ResumedRequest | undefined | Promise<ResumedRequest | undefined>) | undefined
  /**
   * What to do about redirects: `'follow'` them (the default), which sends headers of your own (other than `Authorization`,
   * `Cookie` and `Proxy-Authorization`) to any origin, and with 307 and 308 the body too; or fail with reason `redirect`, at
   * any (`'error'`) or before anything is sent to another origin (`'same-origin'`). Browsers hide redirects from scripts:
   * there, `'same-origin'` refuses them all.
   */
  redirect?: 'follow' | 'error' | 'same-origin' | undefined
  /**
   * Any other member of the init for `fetch`: `referrerPolicy`, Node's `dispatcher` (its time limits for responses do not
   * apply: see `connectTimeout` and `idleTimeout`), Deno's `client`, Bun's `proxy` and `tls`.
   */
  fetchOptions?: object | undefined
  /** The same as `fetchOptions: { dispatcher }`, as in undici. */
  dispatcher?: object | undefined
  /** The options of undici's own `EventSource`: the same as `dispatcher` and `reconnectionTime` here. */
  node?:
    | {
        /** The option `dispatcher`. */
        dispatcher?: object | undefined
        /** The option `reconnectionTime`. */
        reconnectionTime?: number | undefined
      }
    | undefined
  /** Aborting it is `close()`; a loop over `streamEvents` then throws its `reason`. */
  signal?: AbortSignal | undefined
  /** The ID to start after: sent as `Last-Event-ID` until the stream has one of its own. */
  lastEventId?: string | undefined
  /**
   * The name of a query parameter that carries the last event ID instead of the header, which would cost a CORS preflight on other
   * origins. If the URL has the parameter already, its value is replaced; the other bytes of the URL stay as they are.
   */
  lastEventIdParameter?: string | undefined
  /** Called with the text of each comment line, in its turn among the messages. */
  onComment?: ((comment: string) => void) | undefined
  /**
   * Called with each response whose status or Content-Type is refused, before its body is read, and awaited: for answers of any size and speed, such as JSON
   * instead of a stream. If it reads the body, the error's is `undefined`. An error that it throws becomes the `cause`. Default: the beginning
   * of the body is in the error.
   */
  onRefused?: ((response: Response) => void | Promise<void>) | undefined
  /** Milliseconds to the response's headers before an attempt fails with reason `timeout`. Default 0: no limit. */
  connectTimeout?: number | undefined
  /**
   * Milliseconds of silence before the connection counts as lost, with reason `timeout`. Any byte ends a silence, comments
   * included; the clock does not run while messages wait for their listeners. Default 0: no limit.
   */
  idleTimeout?: number | undefined
  /** Milliseconds to wait before reconnecting until the server's `retry` says otherwise. Default 3,000. */
  reconnectionTime?: number | undefined
  /**
   * Whether to reestablish a lost connection, or when and how often. Default: as the standard says with `GET`. Other methods do not
   * reconnect by default, because repeating them may repeat their side effects, and neither does `streamEvents`. If they do, the
   * end of the response is still the end, unless it comes in the middle of an event, because the answer is complete, unless the option `resume` is given or `shouldReconnect`
   * says otherwise.
   */
  reconnect?: boolean | ReconnectPolicy | undefined
  /**
   * How many characters the data, type and id of one event may take. Past it the connection fails for good, so that an
   * event without end cannot fill the memory: while one is unfinished, whatever comes counts, for what it takes in memory: each
   * line of data as 64 characters more, and all characters double if one is past U+00FF. Default 67,108,864 (64 Mi).
   */
  maxBufferSize?: number | undefined
}
