/** One logical connection: from the first request, through reconnections, to failure or `close()`. */

import { EventDecoder, type DecoderSink } from '../decoder/event-decoder.ts'
import { now, reportError } from '../platform/globals.ts'
import { subscribe } from '../platform/page.ts'
import { hasSubscribers, publish, raiseListenerLimit } from '../platform/platform.ts'
import { decodePiece, piecesToDecode } from './chunks.ts'
import { type ConnectionError, connectionErrorOf, unexpectedError } from './connection-error.ts'
import type { Body, ConnectionSink, Exchange, Opener } from './exchange.ts'
import { AttemptError, CACHED, ENDED, ENDED_MID_EVENT, interrupted, type Failure } from './failure.ts'
import { idleLimit, limitSilence, type IdleLimit } from './idle-timeout.ts'
import { type PageLifecycle, watchPage } from './page-lifecycle.ts'
import type { ConnectionOptions } from './read-options.ts'
import { decide, type Decision, type RetryState } from './reconnect.ts'
import { startWait, clampDelay, type Wait } from './timers.ts'
import { withoutCredentials } from './url.ts'

type State =
  | { phase: 'idle' | 'connecting' | 'closed' }
  | { phase: 'open'; since: number }
  /** `shouldReconnect` and the sink are being notified of a failure. */
  | { phase: 'deciding' }
  | { phase: 'waiting'; wait: Wait }

/**
 * `reconnect()`, `close()`, and a page that is hidden, cached or thawed start a new generation. After each await and in each
 * callback, a step stops unless its generation is current. Steps do not await each other, and reading uses callbacks, because in
 * Node a suspended async function costs each idle connection 3 kB.
 */
export class Connection implements DecoderSink {
  readonly idleLimit: IdleLimit
  readonly #source: object
  readonly #opener: Opener
  readonly #options: ConnectionOptions
  readonly #sink: ConnectionSink
  readonly #decoder: EventDecoder
  #state: State = { phase: 'idle' }
  #generation = 0
  #exchange: Exchange
  readonly #retryState: Omit<RetryState, 'random'>
  /** Whether the current attempt has received a message. */
  #hasReceived = false
  #unsubscribeSignal: (() => void) | undefined
  #page: PageLifecycle | undefined

  constructor(source: object, opener: Opener, options: ConnectionOptions, sink: ConnectionSink) {
    this.#source = source
    this.#opener = opener
    this.#options = options
    this.#sink = sink
    this.#retryState = { attemptsWithoutMessage: 0, reconnectionTime: options.reconnectionTime }
    this.#decoder = new EventDecoder(this, options.maxBufferSize, options.onComment !== undefined)
    this.#exchange = this.#nextExchange()
    this.idleLimit = idleLimit(options.idleTimeout)
  }

  /** Called by the decoder, like `id`, `retry` and `comment`. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void {
    this.#retryState.attemptsWithoutMessage = 0
    this.#hasReceived = true
    type ||= 'message'
    const generation = this.#generation
    if (hasSubscribers('message')) publish('message', () => ({ source: this.#source, type, data, lastEventId }))
    if (generation === this.#generation) this.#sink.message(type, data, lastEventId, id)
  }

  id(lastEventId: string): void {
    this.#sink.id(lastEventId)
  }

  retry(reconnectionTime: number): void {
    this.#retryState.reconnectionTime = reconnectionTime
  }

  comment(text: string): void {
    this.#sink.comment(text)
  }

  get phase(): State['phase'] {
    return this.#state.phase
  }

  /** In ms: the option `reconnectionTime`, then the server's last `retry`. */
  get reconnectionTime(): number {
    return this.#retryState.reconnectionTime
  }

  /** The last event ID string of everything read so far, delivered or not. */
  get lastReadId(): string {
    return this.#decoder.lastEventId
  }

  /** Makes the first attempt unless the caller's signal is already aborted. */
  start(): void {
    const { signal, whenHidden } = this.#options
    if (signal?.aborted) {
      this.abort()
      return
    }
    this.#unsubscribeSignal = signal && subscribe(raiseListenerLimit(signal), 'abort', this.abort.bind(this))
    this.#page = watchPage(this, whenHidden === 'close')
    this.#run(this.#generation, this.#connect(undefined, this.#generation))
  }

  reconnect(): void {
    if (this.#state.phase === 'closed') return
    this.#cancel((generation) => this.#connect(undefined, generation))
  }

  reset(): void {
    this.#decoder.reset()
  }

  /** The caller's signal was aborted, or the page is gone. */
  abort(): void {
    this.#sink.aborted()
    this.close()
  }

  /** Closes permanently: aborts the request or cancels the wait. */
  close(): void {
    if (this.#state.phase === 'closed') return
    this.#cancel(undefined, 'closed')
    this.#unsubscribeSignal?.()
    this.#page?.close()
    this.#opener.close()
    publish('close', () => ({ source: this.#source }))
  }

  /**
   * Disconnects because the page enters the back/forward cache, where Chromium would keep the connection open, or was frozen. The
   * reconnection time starts when the page is restored; the attempt does not count, and `shouldReconnect` is not called.
   */
  suspend(failure: Failure): void {
    // Don't close a response that can't be re-requested, such as a chat answer; the browser may keep it.
    if (!this.#options.policy.reconnects) return
    this.#disconnect((generation) => {
      const error = connectionErrorOf(this.#exchange, failure)
      return this.#reestablish(error, clampDelay(this.reconnectionTime), generation)
    }, failure === CACHED)
  }

  /** Disconnects until the page is shown. No event reports it, because it is not a failure. */
  pause(): void {
    this.#disconnect(async (generation) => {
      await this.#sink.deciding()
      if (generation === this.#generation) this.#run(generation, this.#connect(undefined, generation))
    })
  }

  /** @param isCut whether the connection may already be lost, because WebKit drops it before it fires `pagehide` */
  #disconnect(step: (generation: number) => Promise<void>, isCut = false): void {
    const isActive = this.phase === 'connecting' || this.phase === 'open'
    if (isActive) this.#cancel(step)
    const state = this.#retryState
    if (isActive || isCut) state.attemptsWithoutMessage = Math.max(0, state.attemptsWithoutMessage - 1)
  }

  /** Cancels the current generation's work and starts the next one with a step, if any. */
  #cancel(step?: (generation: number) => Promise<void>, phase?: 'closed'): void {
    const state = this.#state
    const generation = ++this.#generation
    this.#decoder.stop()
    this.#endAttempt(phase)
    if (state.phase === 'waiting') state.wait.cancel()
    else if (state.phase !== 'deciding') this.#exchange.controller.abort()
    // A caller's `fetch` may call close() or reconnect() from its abort listener.
    if (step && generation === this.#generation) this.#run(generation, step(generation))
  }

  /** A connection that stayed open for `resetAfter` counts as a success. */
  #endAttempt(phase: 'deciding' | 'closed' = 'deciding'): void {
    const state = this.#state
    this.#state = { phase }
    if (state.phase === 'open' && now() - state.since >= this.#options.policy.resetAfter) {
      this.#retryState.attemptsWithoutMessage = 0
    }
  }

  /**
   * Handles a step's errors. An `AttemptError` ends the attempt; any other error, from a bug or a hostile realm, fails the
   * connection instead of getting lost in a promise.
   */
  #run(generation: number, step: Promise<void>): void {
    step.catch((thrown: unknown) => {
      if (generation !== this.#generation) return
      if (thrown instanceof AttemptError) this.#run(generation, this.#recover(thrown.failure, generation))
      else {
        const error = unexpectedError(this.#exchange, thrown)
        this.#cancel((next) => this.#fail(error, { error }, next))
      }
    })
  }

  #nextExchange(): Exchange {
    return this.#opener.next(++this.#retryState.attemptsWithoutMessage)
  }

  async #connect(failure: ConnectionError | undefined, generation: number): Promise<void> {
    // The constructor creates the first exchange.
    if (this.#state.phase !== 'idle') this.#exchange = this.#nextExchange()
    this.#state = { phase: 'connecting' }
    this.#hasReceived = false
    const shown = this.#page?.whenShown()
    if (shown) await shown
    if (generation !== this.#generation) return
    publish('connect', () => {
      const { attempt, url } = this.#exchange
      return { source: this.#source, attempt, url: withoutCredentials(url), lastEventId: this.#sink.lastEventId ?? '' }
    })
    if (generation !== this.#generation) return
    const { response, origin, reader, decodeWholeChunks } = await this.#exchange.open(this.#sink.lastEventId, failure)
    if (generation !== this.#generation) return
    this.#state = { phase: 'open', since: now() }
    publish('open', () => ({ source: this.#source, attempt: this.#exchange.attempt, response }))
    if (generation !== this.#generation) return
    this.#sink.open(response, origin)
    if (generation !== this.#generation) return
    if (reader) {
      this.#decoder.begin(this.#sink.lastEventId ?? '')
      const limited = limitSilence(reader, this.idleLimit, this.#exchange, this.#sink, this.#source)
      this.#read({ reader: limited, decodeWholeChunks }, generation)
    } else this.#run(generation, this.#recover(ENDED, generation))
  }

  #read(body: Body, generation: number): void {
    // A caller's fetch may return a plain value.
    Promise.resolve(body.reader.read()).then(
      (result) => {
        this.#run(generation, this.#onRead(result, body, generation))
      },
      (cause: unknown) => {
        this.#run(generation, Promise.reject(interrupted(cause, this.#exchange)))
      },
    )
  }

  /** Does not await before decoding: one more microtask would let `reset()` run before this chunk is decoded. */
  async #onRead(
    { done, value: chunk }: ReadableStreamReadResult<unknown>,
    body: Body,
    generation: number,
  ): Promise<void> {
    if (generation !== this.#generation) return
    if (done) return this.#recover(this.#decoder.end() ? ENDED_MID_EVENT : ENDED, generation)
    for (const piece of piecesToDecode(chunk, body)) {
      decodePiece(this.#decoder, piece)
      if (generation !== this.#generation) return
      const ready = this.#sink.backpressure(piece.byteLength)
      if (ready) await ready
      if (generation !== this.#generation) return
    }
    this.#read(body, generation)
  }

  /** Reestablishes the lost connection, or fails it. */
  async #recover(failure: Failure, generation: number): Promise<void> {
    this.#endAttempt()
    if (failure.reason !== 'ended') this.#exchange.controller.abort()
    const { policy } = this.#options
    // `shouldReconnect` may depend on the last messages.
    if (policy.shouldReconnect && generation === this.#generation) await this.#sink.deciding()
    if (generation !== this.#generation) return
    const state = { ...this.#retryState, random: Math.random() }
    const { error, delay, thrown } = await decide(policy, this.#exchange, failure, state, this.#hasReceived)
    if (generation !== this.#generation) return
    if (delay === undefined) this.#run(generation, this.#fail(error, thrown, generation))
    else this.#run(generation, this.#reestablish(error, delay, generation))
  }

  /** "Fail the connection" */
  async #fail(error: ConnectionError, thrown: Decision['thrown'], generation: number): Promise<void> {
    try {
      publish('failed', () => ({ source: this.#source, error, isEnd: thrown === undefined }))
      if (generation === this.#generation) await this.#sink.failed(error, thrown)
    } catch (unexpected) {
      if (generation === this.#generation) reportError(unexpected)
    }
    if (generation === this.#generation) this.close()
  }

  /** "Reestablish the connection" */
  async #reestablish(error: ConnectionError, delay: number, generation: number): Promise<void> {
    publish('lost', () => ({ source: this.#source, error, delay }))
    if (generation !== this.#generation) return
    await this.#sink.lost(error, delay)
    if (generation !== this.#generation) return
    // Coming online does not shorten the server's Retry-After.
    const wait = startWait(delay, Number(error.retryAfter) >= 1_000)
    this.#state = { phase: 'waiting', wait }
    publish('wait', () => ({ source: this.#source, delay }))
    await wait.over
    if (generation === this.#generation) this.#run(generation, this.#connect(error, generation))
  }
}
