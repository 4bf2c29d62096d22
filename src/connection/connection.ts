/** One logical connection: from the first request, over losses and reconnections, to its failure or `close()`. */

import { EventDecoder } from '../decoder/event-decoder.ts'
import { runtime } from '../platform/globals.ts'
import { ENDED, readBody } from './body.ts'
import { ConnectionError, type Failure } from './connection-error.ts'
import type { ConnectionOptions } from './options.ts'
import { INITIAL_RECONNECTION_TIME, isTemporary, reconnectionDelay, STANDARD_POLICY } from './reconnect.ts'
import { buildRequest, type FetchLikeResponse } from './request.ts'
import { bodyOf, discard, originOf, refuse } from './response.ts'
import { isFetchable } from './url.ts'

/** Who a connection works for. After `close()` it calls nothing more. */
export interface ConnectionSink {
  /** The last event ID string as of the last message that was delivered: what a reconnection sends. */
  readonly lastEventId: string
  /** A good response has come. `origin` is that of its messages. */
  open(origin: string): void
  message(type: string, data: string, lastEventId: string): void
  /** The last event ID string has changed without a message. */
  id(lastEventId: string): void
  /** Asked after each chunk, of so many bytes: a promise holds reading back until it resolves. */
  backpressure(bytes: number): Promise<void> | undefined
  /** The connection is lost and will be reestablished. The wait begins when the promise resolves. */
  lost(failure: ConnectionError): Promise<void>
  /** The connection has failed. */
  failed(failure: ConnectionError): void
}

type State =
  | { phase: 'idle' | 'closed' }
  | { phase: 'connecting' | 'open'; request: AbortController }
  | { phase: 'waiting'; timer: ReturnType<typeof setTimeout> }

export class Connection {
  readonly #url: URL
  readonly #options: ConnectionOptions
  readonly #sink: ConnectionSink
  readonly #policy = STANDARD_POLICY
  readonly #decoder: EventDecoder
  #state: State = { phase: 'idle' }
  #reconnectionTime = INITIAL_RECONNECTION_TIME
  /** Attempts in a row that brought no message. */
  #fruitless = 0

  constructor(url: URL, options: ConnectionOptions, sink: ConnectionSink) {
    this.#url = url
    this.#options = options
    this.#sink = sink
    this.#decoder = new EventDecoder(
      {
        message: (type, data, lastEventId) => {
          this.#fruitless = 0
          // A listener may have closed the connection in the middle of a chunk.
          if (!this.#isClosed()) sink.message(type, data, lastEventId)
        },
        id: (lastEventId) => {
          if (!this.#isClosed()) sink.id(lastEventId)
        },
        retry: (reconnectionTime) => {
          this.#reconnectionTime = reconnectionTime
        },
      },
      options.maxBufferSize,
    )
  }

  /** In ms: 3,000 at first, then what the server's `retry` said. */
  get reconnectionTime(): number {
    return this.#reconnectionTime
  }

  /** Sends the first request. */
  start(): void {
    void this.#live()
  }

  /** Ends it for good: aborts the request or its body, cancels the wait. */
  close(): void {
    const state = this.#state
    this.#state = { phase: 'closed' }
    if (state.phase === 'waiting') clearTimeout(state.timer)
    else if (state.phase === 'connecting' || state.phase === 'open') state.request.abort()
  }

  #isClosed(): boolean {
    return this.#state.phase === 'closed'
  }

  /** The life of a connection. Whatever it awaits, `close()` may have come meanwhile. */
  async #live(): Promise<void> {
    for (;;) {
      const failure = await this.#attempt()
      if (this.#isClosed()) return
      const error = new ConnectionError(this.#url, failure)
      if (!isTemporary(failure.reason)) {
        // Fail the connection.
        this.close()
        this.#sink.failed(error)
        return
      }
      // Reestablish the connection.
      await this.#sink.lost(error)
      if (this.#isClosed()) return
      await this.#wait()
    }
  }

  /** One request and, when its response is good, its body: how it was lost or failed. */
  async #attempt(): Promise<Failure> {
    if (!isFetchable(this.#url)) {
      return { reason: 'unsupported', what: 'cannot be fetched: event streams come over http, https, data or blob' }
    }
    const fetch = this.#options.fetch ?? runtime.fetch
    if (!fetch) {
      const what = 'cannot be fetched: this runtime has no fetch. Pass one as the option "fetch"'
      return { reason: 'unsupported', what }
    }

    this.#fruitless++
    const request = new AbortController()
    const { signal } = request
    this.#state = { phase: 'connecting', request }
    let response: FetchLikeResponse
    try {
      const { withCredentials } = this.#options
      const { lastEventId } = this.#sink
      response = await fetch(...buildRequest(this.#url, { withCredentials, lastEventId, signal }))
    } catch (cause) {
      return { reason: 'network', what: 'could not be reached', cause }
    }

    try {
      const refusal = refuse(response)
      if (refusal === undefined && !signal.aborted) return await this.#receive(response, request)
      request.abort()
      void discard(response)
      return refusal ?? ENDED
    } catch (cause) {
      // A caller's fetch may return anything.
      request.abort()
      return { reason: 'unsupported', what: 'cannot be read: what "fetch" returned does not work as a Response', cause }
    }
  }

  /** Announces the connection and reads its body. */
  async #receive(response: FetchLikeResponse, request: AbortController): Promise<Failure> {
    this.#state = { phase: 'open', request }
    const openedAt = performance.now()
    this.#sink.open(originOf(response, this.#url))
    const body = bodyOf(response)
    // A listener of `open` may have closed the connection.
    if (request.signal.aborted || body === null) {
      void discard(response)
      return ENDED
    }

    this.#decoder.begin(this.#sink.lastEventId)
    const failure = await readBody(body, request, (chunk) => {
      this.#decoder.decode(chunk)
      return this.#sink.backpressure(chunk.byteLength)
    })
    if (performance.now() - openedAt >= this.#policy.resetAfter) this.#fruitless = 0
    return failure
  }

  #wait(): Promise<void> {
    const delay = reconnectionDelay(this.#policy, this.#fruitless, this.#reconnectionTime, Math.random())
    return new Promise((resolve) => {
      this.#state = { phase: 'waiting', timer: setTimeout(resolve, delay) }
    })
  }
}
