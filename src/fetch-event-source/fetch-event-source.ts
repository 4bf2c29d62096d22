/** `fetchEventSource`, compatible with `@microsoft/fetch-event-source` 2.0.1. */

import { cancelBody, isReadableStream, mimeEssence, acquireReader } from '../connection/response.ts'
import { clampDelay } from '../connection/timers.ts'
import { DEFAULT_MAX_BUFFER_SIZE, EventTooLargeError } from '../decoder/event-decoder.ts'
import { onVisibilityChange } from '../platform/page.ts'
import { option } from '../input/checks.ts'
import {
  assertSupported,
  noTimeoutInit,
  signalProblem,
  STREAMING_FETCH_HINT,
  streamingFetch,
  raiseListenerLimit,
} from '../platform/platform.ts'
import { safeFetch } from './safe-fetch.ts'
import { BlockDecoder, type EventSourceMessage } from './block-decoder.ts'
import { copyOf, requestHeaders, type GivenHeaders } from './request-headers.ts'

/** The Content-Type required by the default `onopen`. */
export const EventStreamContentType = 'text/event-stream'

/** An ID that no stream can send, so that any ID from the stream counts as a change, even an empty one. */
const NO_ID = '\0'

const TOO_LARGE = `The event stream sent an event larger than ${DEFAULT_MAX_BUFFER_SIZE} characters`

/** In ms. */
const DEFAULT_RETRY_INTERVAL = 1_000

/**
 * Async callbacks are awaited.
 *
 * @inline
 */
type Awaitable<T> = T | Promise<T>

/** Options of `fetchEventSource(input, options)`. Other members of a `fetch` init are passed to `fetch` unchanged. */
export interface FetchEventSourceInit extends Omit<RequestInit, 'headers'> {
  /**
   * Request headers, or a function that returns them. The function is called for each attempt, which is useful for tokens that
   * expire. `accept` defaults to `text/event-stream`. `last-event-id` is managed for you once the stream sends an ID.
   */
  headers?: GivenHeaders | (() => GivenHeaders | Promise<GivenHeaders>) | undefined
  /**
   * Called with each response before its body is read. If it throws, the error is passed to `onerror`. The default throws unless
   * the Content-Type is `text/event-stream`. It ignores the status.
   */
  onopen?: ((response: Response) => Awaitable<void>) | undefined
  /** Called for each event. If it throws, the error is passed to `onerror`, and the rest of the response is canceled. */
  onmessage?: ((event: EventSourceMessage) => void) | undefined
  /**
   * Called when a response ends. Receives an argument only if it ended in the middle of an event, which is discarded. If it
   * throws, the error is passed to `onerror`. Otherwise the promise resolves.
   */
  onclose?: ((end?: { endedMidEvent: true }) => Awaitable<void>) | undefined
  /**
   * Called when an attempt fails. If it throws, the promise rejects with that error. Otherwise the request is retried after the
   * number of milliseconds that it returns (at least 100), or after the server's `retry`, or after 1,000 ms.
   */
  // Typed as in the original package.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-invalid-void-type -- see above
  onerror?: ((error: any) => Awaitable<number | null | undefined | void>) | undefined
  /**
   * Whether to stay connected while the page is hidden. Default `false`: disconnects, and reconnects when the page is visible.
   */
  openWhenHidden?: boolean | undefined
  /** A function to call instead of the runtime's `fetch`. It receives the input unchanged. */
  fetch?: typeof fetch | undefined
}

/**
 * Requests an event stream, and retries after each failure until `onerror` throws. Retries any method, POST included. Waits a
 * second between attempts, or the server's last `retry`.
 *
 * ```js
 * await fetchEventSource('https://example.com/events', {
 *   onmessage: ({ event, data }) => console.log(event, data),
 *   onerror: (error) => {
 *     throw error
 *   },
 * })
 * ```
 *
 * @param input the URL or `Request` to fetch, for each attempt
 * @param init callbacks and members of a `fetch` init
 * @returns a promise that resolves when a response ends or `signal` is aborted, and rejects with the error that `onerror` throws
 */
export function fetchEventSource(input: string | URL | Request, init?: FetchEventSourceInit | null): Promise<void> {
  return new Promise((resolve, reject) => {
    assertSupported('fetchEventSource', ['AbortController', 'TextDecoder'])
    run(input, init ?? {}, resolve, reject)
  })
}

/** Runs one call with all its attempts. */
function run(
  input: string | URL | Request,
  init: FetchEventSourceInit,
  resolve: () => void,
  reject: (error: unknown) => void,
): void {
  const { signal, headers, fetch: callersFetch, openWhenHidden, onopen, onmessage, onclose, onerror, ...members } = init
  // A copy, because the caller may change the object after the call.
  const givenHeaders = typeof headers === 'function' ? headers : copyOf(headers, option('headers'))
  /** Aborts the current attempt. Results that it still awaits are then ignored. */
  let request: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryInterval = DEFAULT_RETRY_INTERVAL
  /** Undefined until the stream sends an ID. */
  let lastEventId: string | undefined
  let unsubscribe: (() => void) | undefined
  let isHidden = false
  /** The response, while `onopen` or `onerror` may read its body. */
  let callersResponse: Response | undefined
  /** Whether `onclose` or `onerror` is running. */
  let isDeciding = false

  // Throws at once without a usable fetch, because retrying would not help.
  fetchOf(callersFetch)
  if (signal?.aborted) {
    resolve()
    return
  }
  if (signal) raiseListenerLimit(signal).addEventListener('abort', end)
  if (!openWhenHidden) {
    unsubscribe = onVisibilityChange((hidden) => {
      isHidden = hidden
      if (isDeciding) return
      abort()
      if (!hidden) void attempt()
    })
  }
  void attempt()

  /** Aborts the attempt, or the wait for the next one. */
  function abort(): void {
    clearTimeout(timer)
    request?.abort()
  }

  function end(): void {
    abort()
    unsubscribe?.()
    signal?.removeEventListener('abort', end)
    resolve()
  }

  async function attempt(): Promise<void> {
    request?.abort()
    const current = (request = new AbortController())
    const isOver = (): boolean => current.signal.aborted
    try {
      const endedMidEvent = await receive(current.signal, isOver)
      if (isOver()) return
      isDeciding = true
      await (endedMidEvent ? onclose?.({ endedMidEvent }) : onclose?.())
      if (!isOver()) end()
    } catch (error) {
      if (isOver()) return
      isDeciding = true
      try {
        const answer: unknown = await onerror?.(error)
        if (isOver()) return
        // If the caller is still reading a refused response, let them finish, until the next attempt. (Aborting it at this point
        // makes Chromium send the next request twice.)
        if (!callersResponse?.body?.locked) current.abort()
        isDeciding = false
        if (!isHidden) wait(answer)
      } catch (thrown) {
        reject(thrown)
        end()
      }
    }
  }

  function wait(answer: unknown): void {
    const given = Number(answer ?? NaN)
    timer = setTimeout(() => void attempt(), clampDelay(Number.isNaN(given) ? retryInterval : given))
  }

  /** Sends one request and reads the response body to the end. Returns whether it ended in the middle of an event. */
  async function receive(signal: AbortSignal, isOver: () => boolean): Promise<boolean> {
    callersResponse = undefined
    const fetch = fetchOf(callersFetch)
    const given = typeof givenHeaders === 'function' ? await givenHeaders() : givenHeaders
    if (isOver()) return false
    const headers = requestHeaders(given, lastEventId)
    const response = await safeFetch(fetch, input, { ...noTimeoutInit(members as object), headers, signal }).catch(
      (cause: unknown) => {
        const problem = callersFetch ? undefined : signalProblem(signal)
        if (problem !== undefined) {
          // Retrying would not help.
          reject(new TypeError(`${CANNOT_FETCH}${problem}`, { cause }))
          end()
        }
        throw cause
      },
    )
    // A custom fetch may ignore the signal.
    const onAbort = (): void => void cancelBody(response)
    signal.addEventListener('abort', onAbort)
    if (isOver()) {
      onAbort()
      return false
    }
    callersResponse = response
    await (onopen ?? checkContentType)(response)
    if (isOver()) return false
    callersResponse = undefined
    if (!isReadableStream(response.body)) throw new TypeError(`The response has no body. ${STREAMING_FETCH_HINT}`)

    const reader = acquireReader(response.body, signal)
    const decoder = new BlockDecoder(
      {
        id: (id) => {
          lastEventId = id
        },
        retry: (ms) => {
          retryInterval = ms
        },
        message: (message) => {
          onmessage?.(message)
          if (isOver()) decoder.stop()
        },
      },
      DEFAULT_MAX_BUFFER_SIZE,
    )
    decoder.begin(NO_ID)
    for (;;) {
      const { done, value } = await reader.read()
      if (isOver()) return false
      if (done) return decoder.end()
      if (!ArrayBuffer.isView(value)) throw new TypeError('The response body is not a stream of bytes')
      try {
        decoder.decode(value as Uint8Array)
      } catch (error) {
        // The original message names an option that does not exist here.
        throw error instanceof EventTooLargeError ? new RangeError(TOO_LARGE) : error
      }
    }
  }
}

const CANNOT_FETCH = 'The event stream cannot be fetched: '

/** @throws a `TypeError` if no streaming `fetch` is available */
function fetchOf(given: typeof fetch | undefined): typeof fetch {
  const found = given ?? streamingFetch()
  if (typeof found === 'string') throw new TypeError(CANNOT_FETCH + found)
  return found
}

function checkContentType(response: Response): void {
  const contentType = response.headers.get('content-type')
  if (contentType !== null && mimeEssence(contentType) === EventStreamContentType) return
  // The message of the original package, because programs check for it.
  throw new Error(`Expected content-type to be ${EventStreamContentType}, Actual: ${String(contentType)}`)
}
