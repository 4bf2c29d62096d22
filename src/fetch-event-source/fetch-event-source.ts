/** The API of `@microsoft/fetch-event-source` 2.0.1: one function, and callbacks. */

import { discard, isReadableStream, mimeEssence, takeReader } from '../connection/response.ts'
import { withinLimits } from '../connection/timers.ts'
import { DEFAULT_MAX_BUFFER_SIZE } from '../decoder/event-decoder.ts'
import { noTimeoutInit, STREAMING_FETCH, streamingFetch } from '../platform/platform.ts'
import { need } from '../platform/platform.ts'
import { onVisibilityChange } from '../platform/page.ts'
import { fetchWithCare } from './fetch-with-care.ts'
import { BlockDecoder, type EventSourceMessage } from './block-decoder.ts'
import { copyOf, lastEventIdOf, requestHeaders, type GivenHeaders } from './request-headers.ts'

/** The Content-Type that the default `onopen` asks for. */
export const EventStreamContentType = 'text/event-stream'

/** Those that are not fetch's, or not the caller's to decide alone. */
const OWN_MEMBERS = ['signal', 'headers', 'fetch', 'openWhenHidden', 'onopen', 'onmessage', 'onclose', 'onerror']

/** In ms */
const DEFAULT_RETRY_INTERVAL = 1_000

/**
 * Callbacks that are async are awaited.
 *
 * @inline
 */
type Awaitable<T> = T | Promise<T>

/** Options of `fetchEventSource(input, options)`: members of a fetch init, which go to `fetch` as they are, and these. */
export interface FetchEventSourceInit extends Omit<RequestInit, 'headers'> {
  /**
   * The request's headers, or a function that returns them, called for each attempt: for tokens that expire. `accept` is
   * `text/event-stream` unless it is among them, and `last-event-id` follows the stream once it has an ID.
   */
  headers?: GivenHeaders | (() => GivenHeaders | Promise<GivenHeaders>) | undefined
  /**
   * Called with each response before its body is read. What it throws goes to `onerror`. The default throws unless the
   * Content-Type is that of an event stream, whatever the status.
   */
  onopen?: ((response: Response) => Awaitable<void>) | undefined
  /** Called for each event. What it throws goes to `onerror`, and the rest of the response is dropped. */
  onmessage?: ((event: EventSourceMessage) => void) | undefined
  /** Called when a response has come to its end. If it throws, that goes to `onerror`; otherwise the promise resolves. */
  onclose?: (() => Awaitable<void>) | undefined
  /**
   * Called when an attempt fails. If it throws, the promise rejects with that; otherwise there is another attempt: after so many
   * ms as it returns (at least 100), or else as the server's `retry` says, or else after 1,000 ms.
   */
  // As the original has it: of what type errors are, nobody knows.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-invalid-void-type -- see above
  onerror?: ((error: any) => Awaitable<number | null | undefined | void>) | undefined
  /** Whether to stay connected while the page is hidden. Default `false`: disconnects, and connects again on return. */
  openWhenHidden?: boolean | undefined
  /** The function to call instead of the runtime's `fetch`, with the input as it was given. */
  fetch?: typeof fetch | undefined
}

/**
 * Requests an event stream, and again after each failure until `onerror` throws. A POST is sent again too. Between two attempts lies
 * a second, or what the server's `retry` said last.
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
 * @param input what is requested, each time
 * @param init members of the init of `fetch`, and callbacks
 * @returns a promise that resolves when a response has come to its end or `signal` is aborted, and rejects with what `onerror`
 *   throws
 */
export function fetchEventSource(input: string | URL | Request, init?: FetchEventSourceInit | null): Promise<void> {
  return new Promise((resolve, reject) => {
    need('fetchEventSource', ['AbortController', 'TextDecoder'])
    // To try again would be futile.
    fetchOf(init ?? {})
    new Run(input, init ?? {}, { resolve, reject }).start()
  })
}

/** What becomes of the promise. */
interface Settle {
  resolve: () => void
  reject: (error: unknown) => void
}

/** One call, with all its attempts. */
class Run {
  readonly #input: string | URL | Request
  readonly #init: FetchEventSourceInit
  readonly #settle: Settle
  /** The attempt that counts. What comes of another, which it has replaced, is dropped. */
  #current: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #retryInterval = DEFAULT_RETRY_INTERVAL
  /** Undefined until the stream has said something. */
  #lastEventId: string | undefined
  #forgetVisibility: (() => void) | undefined
  #isHidden = false
  /** The response of the attempt, as long as it is the caller's. */
  #handedOut: Response | undefined
  /** Whether a callback is deciding what follows on an attempt that is over. */
  #isDeciding = false

  constructor(input: string | URL | Request, init: FetchEventSourceInit, settle: Settle) {
    this.#input = input
    const { headers } = init
    // As they are at the call: the caller may use the objects for something else.
    this.#init = { ...init, headers: typeof headers === 'function' ? headers : copyOf(headers) }
    this.#settle = settle
  }

  start(): void {
    const { signal, openWhenHidden } = this.#init
    if (signal?.aborted) {
      this.#settle.resolve()
      return
    }
    signal?.addEventListener('abort', this.#abort)
    if (!openWhenHidden) {
      this.#forgetVisibility = onVisibilityChange((isHidden) => {
        this.#isHidden = isHidden
        if (this.#isDeciding) return
        this.#drop()
        if (!isHidden) void this.#attempt()
      })
    }
    void this.#attempt()
  }

  readonly #abort = (): void => {
    this.#end()
    this.#settle.resolve()
  }

  #end(): void {
    this.#drop()
    this.#forgetVisibility?.()
    this.#init.signal?.removeEventListener('abort', this.#abort)
  }

  /** Ends the attempt, or the wait for the next. */
  #drop(): void {
    clearTimeout(this.#timer)
    this.#current?.abort()
    this.#current = undefined
  }

  async #attempt(): Promise<void> {
    const { onclose, onerror } = this.#init
    const request = new AbortController()
    this.#current?.abort()
    this.#current = request
    const isOver = (): boolean => this.#current !== request
    try {
      await this.#receive(request, isOver)
      if (isOver()) return
      this.#isDeciding = true
      await onclose?.()
      if (isOver()) return
      this.#end()
      this.#settle.resolve()
    } catch (error) {
      if (isOver()) return
      this.#isDeciding = true
      try {
        const answer: unknown = await onerror?.(error)
        if (isOver()) return
        // Whoever reads what a refused response says may go on, until the next attempt. (An abort at that very moment makes
        // Chromium send the next request twice.)
        if (!this.#handedOut?.body?.locked) request.abort()
        this.#isDeciding = false
        if (!this.#isHidden) this.#wait(answer)
      } catch (thrown) {
        this.#end()
        this.#settle.reject(thrown)
      }
    }
  }

  #wait(answer: unknown): void {
    const given = Number(answer ?? NaN)
    const ms = Number.isNaN(given) ? this.#retryInterval : given
    this.#timer = setTimeout(() => void this.#attempt(), withinLimits(ms))
  }

  /** One request, and the body of its response to the end. */
  async #receive(request: AbortController, isOver: () => boolean): Promise<void> {
    this.#handedOut = undefined
    const { headers: given, onmessage } = this.#init
    const fetch = fetchOf(this.#init)
    const onopen = this.#init.onopen ?? checkContentType
    const asked = typeof given === 'function' ? await given() : given
    if (isOver()) return
    const headers = requestHeaders(asked, this.#lastEventId)
    const response = await fetchWithCare(fetch, this.#input, {
      ...noTimeoutInit(fetchMembers(this.#init)),
      headers,
      signal: request.signal,
    })
    // A caller's fetch may know nothing of signals.
    const letGo = (): void => void discard(response)
    request.signal.addEventListener('abort', letGo, { once: true })
    if (request.signal.aborted) letGo()
    this.#handedOut = response
    if (!isOver()) await onopen(response)
    if (isOver()) return
    this.#handedOut = undefined
    if (!isReadableStream(response.body)) throw new TypeError(`The response has no body. ${STREAMING_FETCH}`)

    const decoder = new BlockDecoder(
      {
        id: (id) => {
          if (!isOver()) this.#lastEventId = id
        },
        retry: (ms) => {
          if (!isOver()) this.#retryInterval = ms
        },
        message: (message) => {
          // A message before it in the same chunk may have ended it all.
          if (!isOver()) onmessage?.(message)
        },
      },
      DEFAULT_MAX_BUFFER_SIZE,
    )
    decoder.begin(lastEventIdOf(headers))
    const reader = takeReader(response.body, request.signal)
    for (;;) {
      const { done, value } = await reader.read()
      if (done || isOver()) return
      decoder.decode(value as Uint8Array)
    }
  }
}

/** @throws a `TypeError` where there is none that streams */
function fetchOf(init: FetchEventSourceInit): typeof fetch {
  const found = init.fetch ?? streamingFetch()
  if (typeof found === 'string') throw new TypeError(`The event stream cannot be fetched: ${found}`)
  return found
}

/** The members that are fetch's. */
function fetchMembers(init: FetchEventSourceInit): object {
  return Object.fromEntries(Object.entries(init).filter(([name]) => !OWN_MEMBERS.includes(name)))
}

function checkContentType(response: Response): void {
  const contentType = response.headers.get('content-type')
  if (contentType !== null && mimeEssence(contentType) === EventStreamContentType) return
  // As the original says it: programs look for it.
  throw new Error(`Expected content-type to be ${EventStreamContentType}, Actual: ${String(contentType)}`)
}
