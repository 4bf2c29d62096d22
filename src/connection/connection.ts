/** One logical connection: from the first request, over losses and reconnections, to its failure or `close()`. */

import { EventDecoder, EventTooLargeError, piecesOf, TOO_LARGE, type DecoderSink } from '../decoder/event-decoder.ts'
import { now, reportError } from '../platform/globals.ts'
import { listen, onPageCached } from '../platform/page.ts'
import { isWatched, publish, withListenerLimit } from '../platform/platform.ts'
import { type ConnectionError, connectionErrorOf, unexpectedError } from './connection-error.ts'
import type { Body, ConnectionSink, Exchange, Opener } from './exchange.ts'
import { asAttemptError, AttemptError, ENDED, ENDED_MID_EVENT, type Failure } from './failure.ts'
import type { ConnectionOptions } from './read-options.ts'
import { decide, type Verdict } from './reconnect.ts'
import { startWait, withIdleTimeout, withinLimits, type Wait } from './timers.ts'
import { withoutUser } from './url.ts'

type State =
  | { phase: 'idle' | 'connecting' | 'closed' }
  | { phase: 'open'; since: number }
  /** What to do about a failure is being asked and announced. */
  | { phase: 'deciding' }
  | { phase: 'waiting'; wait: Wait }

/**
 * `reconnect()`, `close()` and a page that goes into the back/forward cache end a life of the connection: after each await and in each
 * callback, a step asks whether its life is still the current one. Steps do not await each other, and reading uses callbacks, because
 * in Node the waiting frame of an async function costs each idle connection 3 kB.
 */
export class Connection implements DecoderSink {
  /** The caller's object, for diagnostics. */
  readonly #source: object
  readonly #opener: Opener
  readonly #options: ConnectionOptions
  readonly #sink: ConnectionSink
  readonly #decoder: EventDecoder
  #state: State = { phase: 'idle' }
  #life = 0
  /** Requests in a row that brought no message, the current one included. */
  #attemptsWithoutMessage = 0
  /** Whether the current attempt has brought a message. */
  #hasReceived = false
  #exchange: Exchange
  #reconnectionTime: number
  #unsubscribeSignal: (() => void) | undefined
  #unsubscribePage: (() => void) | undefined

  constructor(source: object, opener: Opener, options: ConnectionOptions, sink: ConnectionSink) {
    this.#source = source
    this.#opener = opener
    this.#options = options
    this.#sink = sink
    this.#reconnectionTime = options.reconnectionTime
    this.#decoder = new EventDecoder(this, options.maxBufferSize, options.onComment !== undefined)
    this.#exchange = this.#nextExchange()
  }

  /** For the decoder, like `id`, `retry` and `comment`. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void {
    this.#attemptsWithoutMessage = 0
    this.#hasReceived = true
    type ||= 'message'
    const life = this.#life
    if (isWatched('message')) publish('message', () => ({ source: this.#source, type, data, lastEventId }))
    if (life === this.#life) this.#sink.message(type, data, lastEventId, id)
  }

  id(lastEventId: string): void {
    this.#sink.id(lastEventId)
  }

  retry(reconnectionTime: number): void {
    this.#reconnectionTime = reconnectionTime
  }

  comment(text: string): void {
    this.#sink.comment(text)
  }

  get phase(): State['phase'] {
    return this.#state.phase
  }

  /** In ms: the option's at first, then what the server's `retry` said. */
  get reconnectionTime(): number {
    return this.#reconnectionTime
  }

  /** The last event ID string as of all that has been read. */
  get readId(): string {
    return this.#decoder.lastEventId
  }

  /** Makes the first attempt, unless the caller's signal is aborted. */
  start(): void {
    const { signal, policy } = this.#options
    const abort = (): void => {
      this.#sink.aborted()
      this.close()
    }
    if (signal?.aborted) {
      abort()
      return
    }
    this.#unsubscribeSignal = signal && listen(withListenerLimit(signal), 'abort', abort)
    // What would not be requested again, such as a chat's answer, stays where the browser keeps it.
    if (policy.reconnects) {
      this.#unsubscribePage = onPageCached(() => {
        this.#suspend()
      })
    }
    this.#run(this.#life, this.#connect(undefined, this.#life))
  }

  /** Drops what there is and connects at once. */
  reconnect(): void {
    if (this.#state.phase === 'closed') return
    this.#cancel((life) => this.#connect(undefined, life))
  }

  reset(): void {
    this.#decoder.reset()
  }

  /** Ends it for good: aborts the request or its body, cancels the wait. */
  close(): void {
    if (this.#state.phase === 'closed') return
    this.#cancel(undefined, 'closed')
    this.#unsubscribeSignal?.()
    this.#unsubscribePage?.()
    this.#opener.close()
    publish('close', () => ({ source: this.#source }))
  }

  /**
   * The page goes into the back/forward cache, where Chromium would keep the connection. The reconnection time begins when the page
   * comes back; the attempt does not count, and `shouldReconnect` is not asked.
   */
  #suspend(): void {
    const { phase } = this.#state
    if (phase === 'connecting' || phase === 'open') {
      const what = 'was closed for the back/forward cache'
      const error = connectionErrorOf(this.#exchange, { reason: 'network', what })
      this.#cancel((life) => this.#reestablish(error, withinLimits(this.#reconnectionTime), life))
    }
    // WebKit breaks it off before it says that the page is left.
    this.#attemptsWithoutMessage = Math.max(0, this.#attemptsWithoutMessage - 1)
  }

  /** Ends a life and what it was doing, and begins the next with a step, if any. */
  #cancel(step?: (life: number) => Promise<void>, phase?: 'closed'): void {
    const state = this.#state
    const life = ++this.#life
    this.#decoder.stop()
    this.#leave(phase)
    if (state.phase === 'waiting') state.wait.cancel()
    else if (state.phase !== 'deciding') this.#exchange.request.abort()
    // A caller's `fetch` that hears of the abort may call close() or reconnect().
    if (step && life === this.#life) this.#run(life, step(life))
  }

  /** The attempt is over; a connection that was open for long enough was a success. */
  #leave(phase: 'deciding' | 'closed' = 'deciding'): void {
    const state = this.#state
    this.#state = { phase }
    if (state.phase === 'open' && now() - state.since >= this.#options.policy.resetAfter) {
      this.#attemptsWithoutMessage = 0
    }
  }

  /**
   * Takes what a step throws: an `AttemptError` ends the attempt; anything else, by a bug or in a hostile realm, fails the
   * connection, so that nothing vanishes in a promise.
   */
  #run(life: number, step: Promise<void>): void {
    step.catch((thrown: unknown) => {
      if (life !== this.#life) return
      if (thrown instanceof AttemptError) {
        this.#run(life, this.#recover(thrown.failure, life))
        return
      }
      const error = unexpectedError(this.#exchange, thrown)
      this.#cancel((next) => this.#fail(error, { error }, next))
    })
  }

  #nextExchange(): Exchange {
    return this.#opener.next(++this.#attemptsWithoutMessage)
  }

  /** One attempt, after a failure if there was one. */
  async #connect(failure: ConnectionError | undefined, life: number): Promise<void> {
    // The first has been made already.
    if (this.#state.phase !== 'idle') this.#exchange = this.#nextExchange()
    this.#state = { phase: 'connecting' }
    this.#hasReceived = false
    publish('connect', () => {
      const { attempt, url } = this.#exchange
      return { source: this.#source, attempt, url: withoutUser(url), lastEventId: this.#sink.lastEventId ?? '' }
    })
    if (life !== this.#life) return
    const opened = await this.#exchange.open(this.#sink.lastEventId, failure)
    if (life !== this.#life) return
    const { response, origin, reader, keepsChunks } = opened
    this.#state = { phase: 'open', since: now() }
    publish('open', () => ({ source: this.#source, attempt: this.#exchange.attempt, response }))
    if (life !== this.#life) return
    this.#sink.open(response, origin)
    if (life !== this.#life) return
    if (reader) {
      this.#decoder.begin(this.#sink.lastEventId ?? '')
      const limited = withIdleTimeout(reader, this.#options.idleTimeout, this.#exchange.request.signal, this.#sink)
      this.#read({ reader: limited, keepsChunks }, life)
    } else this.#run(life, this.#recover(ENDED, life))
  }

  #read(body: Body, life: number): void {
    // A reader of a caller's fetch may return no promise.
    Promise.resolve(body.reader.read()).then(
      (result) => {
        this.#run(life, this.#take(result, body, life))
      },
      (cause: unknown) => {
        const { isCallers } = this.#exchange
        this.#run(life, Promise.reject(asAttemptError(cause, { reason: 'network', what: 'broke off', isCallers })))
      },
    )
  }

  /** Nothing is awaited before the chunk is decoded: `reset()` could come before it. */
  async #take({ done, value: chunk }: ReadableStreamReadResult<unknown>, body: Body, life: number): Promise<void> {
    if (life !== this.#life) return
    if (done) {
      this.#run(life, this.#recover(this.#decoder.end() ? ENDED_MID_EVENT : ENDED, life))
      return
    }
    // By its shape: a test environment's Uint8Array may come from another realm.
    if (!ArrayBuffer.isView(chunk)) {
      throw new AttemptError({ reason: 'unsupported', what: 'cannot be read: its body is not a stream of bytes' })
    }
    // Firefox brings megabytes at once: to make events of them all would block the page, and hold more than can be delivered.
    for (const piece of body.keepsChunks ? [chunk as Uint8Array] : piecesOf(chunk as Uint8Array)) {
      try {
        this.#decoder.decode(piece)
      } catch (error) {
        throw error instanceof EventTooLargeError ? new AttemptError({ reason: 'too-large', what: TOO_LARGE }) : error
      }
      if (life !== this.#life) return
      const hold = this.#sink.backpressure(piece.byteLength)
      if (hold) await hold
      if (life !== this.#life) return
    }
    this.#read(body, life)
  }

  /** Reestablishes the connection that was lost, or fails it. */
  async #recover(failure: Failure, life: number): Promise<void> {
    this.#leave()
    if (failure.reason !== 'ended') this.#exchange.request.abort()
    const { policy } = this.#options
    // What the last messages say may decide the answer.
    if (policy.shouldReconnect && life === this.#life) await this.#sink.deciding()
    if (life !== this.#life) return
    const circumstances = {
      attemptsWithoutMessage: this.#attemptsWithoutMessage,
      reconnectionTime: this.#reconnectionTime,
      random: Math.random(),
    }
    const { error, delay, thrown } = await decide(policy, this.#exchange, failure, circumstances, this.#hasReceived)
    if (life !== this.#life) return
    this.#run(life, delay === undefined ? this.#fail(error, thrown, life) : this.#reestablish(error, delay, life))
  }

  /** "Fail the connection" */
  async #fail(error: ConnectionError, thrown: Verdict['thrown'], life: number): Promise<void> {
    try {
      publish('failed', () => ({ source: this.#source, error, isEnd: thrown === undefined }))
      if (life === this.#life) await this.#sink.failed(error, thrown)
    } catch (unexpected) {
      if (life === this.#life) reportError(unexpected)
    }
    if (life === this.#life) this.close()
  }

  /** "Reestablish the connection" */
  async #reestablish(error: ConnectionError, delay: number, life: number): Promise<void> {
    publish('lost', () => ({ source: this.#source, error, delay }))
    if (life !== this.#life) return
    await this.#sink.lost(error, delay)
    if (life !== this.#life) return
    // Coming online does not shorten what the server asked for.
    const wait = startWait(delay, Number(error.retryAfter) >= 1_000)
    this.#state = { phase: 'waiting', wait }
    publish('wait', () => ({ source: this.#source, delay }))
    await wait.over
    if (life === this.#life) this.#run(life, this.#connect(error, life))
  }
}
