/** One logical connection: from the first request, through reconnections, to failure or `close()`. */

import { EventDecoder, EventTooLargeError, piecesOf, TOO_LARGE, type DecoderSink } from '../decoder/event-decoder.ts'
import { now, reportError } from '../platform/globals.ts'
import { subscribe, onEnterBFCache } from '../platform/page.ts'
import { hasSubscribers, publish, raiseListenerLimit } from '../platform/platform.ts'
import { type ConnectionError, connectionErrorOf, unexpectedError } from './connection-error.ts'
import type { Body, ConnectionSink, Exchange, Opener } from './exchange.ts'
import { asAttemptError, AttemptError, ENDED, ENDED_MID_EVENT, type Failure } from './failure.ts'
import type { ConnectionOptions } from './read-options.ts'
import { decide, type Decision } from './reconnect.ts'
import { startWait, withIdleTimeout, clampDelay, type Wait } from './timers.ts'
import { withoutCredentials } from './url.ts'

type State =
  | { phase: 'idle' | 'connecting' | 'closed' }
  | { phase: 'open'; since: number }
  /** `shouldReconnect` and the sink are being notified of a failure. */
  | { phase: 'deciding' }
  | { phase: 'waiting'; wait: Wait }

/**
 * `reconnect()`, `close()` and entering the back/forward cache start a new generation. After each await and in each callback, a
 * step stops unless its generation is current. Steps do not await each other, and reading uses callbacks, because in Node a
 * suspended async function costs each idle connection 3 kB.
 */
export class Connection implements DecoderSink {
  readonly #source: object
  readonly #opener: Opener
  readonly #options: ConnectionOptions
  readonly #sink: ConnectionSink
  readonly #decoder: EventDecoder
  #state: State = { phase: 'idle' }
  #generation = 0
  /** Consecutive requests without a message, including the current one. */
  #attemptsWithoutMessage = 0
  /** Whether the current attempt has received a message. */
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

  /** Called by the decoder, like `id`, `retry` and `comment`. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void {
    this.#attemptsWithoutMessage = 0
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
    this.#reconnectionTime = reconnectionTime
  }

  comment(text: string): void {
    this.#sink.comment(text)
  }

  get phase(): State['phase'] {
    return this.#state.phase
  }

  /** In ms: the option `reconnectionTime`, then the server's last `retry`. */
  get reconnectionTime(): number {
    return this.#reconnectionTime
  }

  /** The last event ID string of everything read so far, delivered or not. */
  get lastReadId(): string {
    return this.#decoder.lastEventId
  }

  /** Makes the first attempt unless the caller's signal is already aborted. */
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
    this.#unsubscribeSignal = signal && subscribe(raiseListenerLimit(signal), 'abort', abort)
    // Don't close a response that can't be re-requested, such as a chat answer; the browser may keep it.
    if (policy.reconnects) this.#unsubscribePage = onEnterBFCache(this.#suspend.bind(this))
    this.#run(this.#generation, this.#connect(undefined, this.#generation))
  }

  reconnect(): void {
    if (this.#state.phase === 'closed') return
    this.#cancel((generation) => this.#connect(undefined, generation))
  }

  reset(): void {
    this.#decoder.reset()
  }

  /** Closes permanently: aborts the request or cancels the wait. */
  close(): void {
    if (this.#state.phase === 'closed') return
    this.#cancel(undefined, 'closed')
    this.#unsubscribeSignal?.()
    this.#unsubscribePage?.()
    this.#opener.close()
    publish('close', () => ({ source: this.#source }))
  }

  /**
   * Disconnects because the page enters the back/forward cache, where Chromium would keep the connection open. The reconnection
   * time starts when the page is restored; the attempt does not count, and `shouldReconnect` is not called.
   */
  #suspend(): void {
    const { phase } = this.#state
    if (phase === 'connecting' || phase === 'open') {
      const message = 'was closed for the back/forward cache'
      const error = connectionErrorOf(this.#exchange, { reason: 'network', message })
      this.#cancel((generation) => this.#reestablish(error, clampDelay(this.#reconnectionTime), generation))
    }
    // WebKit drops the connection before it fires `pagehide`.
    this.#attemptsWithoutMessage = Math.max(0, this.#attemptsWithoutMessage - 1)
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
      this.#attemptsWithoutMessage = 0
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
    return this.#opener.next(++this.#attemptsWithoutMessage)
  }

  async #connect(lastFailure: ConnectionError | undefined, generation: number): Promise<void> {
    // The constructor creates the first exchange.
    if (this.#state.phase !== 'idle') this.#exchange = this.#nextExchange()
    this.#state = { phase: 'connecting' }
    this.#hasReceived = false
    publish('connect', () => {
      const { attempt, url } = this.#exchange
      return { source: this.#source, attempt, url: withoutCredentials(url), lastEventId: this.#sink.lastEventId ?? '' }
    })
    if (generation !== this.#generation) return
    const opened = await this.#exchange.open(this.#sink.lastEventId, lastFailure)
    if (generation !== this.#generation) return
    const { response, origin, reader, decodeWholeChunks } = opened
    this.#state = { phase: 'open', since: now() }
    publish('open', () => ({ source: this.#source, attempt: this.#exchange.attempt, response }))
    if (generation !== this.#generation) return
    this.#sink.open(response, origin)
    if (generation !== this.#generation) return
    if (reader) {
      this.#decoder.begin(this.#sink.lastEventId ?? '')
      const limited = withIdleTimeout(reader, this.#options.idleTimeout, this.#exchange.controller.signal, this.#sink)
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
        const { fromCaller } = this.#exchange
        this.#run(
          generation,
          Promise.reject(asAttemptError(cause, { reason: 'network', message: 'was interrupted', fromCaller })),
        )
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
    if (done) {
      this.#run(generation, this.#recover(this.#decoder.end() ? ENDED_MID_EVENT : ENDED, generation))
      return
    }
    // Not instanceof: a test environment's Uint8Array may come from another realm.
    if (!ArrayBuffer.isView(chunk)) {
      throw new AttemptError({ reason: 'unsupported', message: 'cannot be read: its body is not a stream of bytes' })
    }
    // Firefox delivers megabytes at once, which would block the page and buffer more events than it can deliver.
    for (const piece of body.decodeWholeChunks ? [chunk as Uint8Array] : piecesOf(chunk as Uint8Array)) {
      try {
        this.#decoder.decode(piece)
      } catch (error) {
        throw error instanceof EventTooLargeError
          ? new AttemptError({ reason: 'too-large', message: TOO_LARGE })
          : error
      }
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
    const circumstances = {
      attemptsWithoutMessage: this.#attemptsWithoutMessage,
      reconnectionTime: this.#reconnectionTime,
      random: Math.random(),
    }
    const { error, delay, thrown } = await decide(policy, this.#exchange, failure, circumstances, this.#hasReceived)
    if (generation !== this.#generation) return
    this.#run(
      generation,
      delay === undefined ? this.#fail(error, thrown, generation) : this.#reestablish(error, delay, generation),
    )
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
