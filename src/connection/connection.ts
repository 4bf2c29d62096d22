/** One logical connection: from the first request, over losses and reconnections, to its failure or `close()`. */

import { EventDecoder, type DecoderSink } from '../decoder/event-decoder.ts'
import { now } from '../platform/clock.ts'
import { channels, type Channels } from '../platform/diagnostics.ts'
import { onPageCached } from '../platform/page-cache.ts'
import { ENDED, letGo, readBody } from './body.ts'
import { CallerError } from './caller-error.ts'
import { ConnectionError, type Failure } from './connection-error.ts'
import type { BodyReader, Exchange, Opened, Opener } from './exchange.ts'
import type { ConnectionOptions } from './read-options.ts'
import { nextDelay, readAnswer, withinLimits } from './reconnect.ts'
import { cancel } from './response.ts'
import type { ConnectionSink } from './sink.ts'
import { withoutUser } from './url.ts'
import { startWait, type Wait } from './wait.ts'

type State =
  | { phase: 'idle' | 'closed' }
  | { phase: 'connecting'; exchange: Exchange }
  | { phase: 'open'; exchange: Exchange; reader: BodyReader | undefined; since: number }
  /** What to do about a failure is being asked and announced. */
  | { phase: 'deciding' }
  | { phase: 'waiting'; wait: Wait }

/** What follows on a failure: a wait in ms, or the end. */
interface Decision {
  error: ConnectionError
  delay: number | undefined
  /** Whether there was no fault: the stream has ended, or the server says so. */
  isEnd: boolean
}

export class Connection implements DecoderSink {
  /** The caller's object, for those who watch. */
  readonly #source: object
  readonly #channels = channels()
  readonly #opener: Opener
  readonly #options: ConnectionOptions
  readonly #sink: ConnectionSink
  readonly #decoder: EventDecoder
  #state: State = { phase: 'idle' }
  /** Take back what has been asked of the caller's signal, and of the page. */
  #forgetSignal: (() => void) | undefined
  #forgetPage: (() => void) | undefined
  /** Counts the lives: `reconnect()` ends one and begins another, `close()` ends the last. */
  #life = 0
  #reconnectionTime: number
  /** Requests in a row that brought no message. */
  #fruitless = 0

  constructor(source: object, opener: Opener, options: ConnectionOptions, sink: ConnectionSink) {
    this.#source = source
    this.#opener = opener
    this.#options = options
    this.#sink = sink
    this.#reconnectionTime = options.reconnectionTime
    this.#decoder = new EventDecoder(this, options.maxBufferSize, options.onComment !== undefined)
  }

  /** For the decoder. A listener may have closed the connection, or begun another, in the middle of a chunk. */
  message(type: string, data: string, lastEventId: string, id: string | undefined): void {
    if (this.#state.phase !== 'open') return
    this.#fruitless = 0
    type ||= 'message'
    const channel = this.#channels.message
    if (channel.hasSubscribers) {
      const life = this.#life
      channel.publish({ source: this.#source, type, data, lastEventId })
      if (life !== this.#life) return
    }
    this.#sink.message(type, data, lastEventId, id)
  }

  /** The same. */
  id(lastEventId: string): void {
    if (this.#state.phase === 'open') this.#sink.id(lastEventId)
  }

  /** The same. */
  retry(reconnectionTime: number): void {
    if (this.#state.phase === 'open') this.#reconnectionTime = reconnectionTime
  }

  /** The same. */
  comment(text: string): void {
    if (this.#state.phase === 'open') this.#sink.comment(text)
  }

  /** For inspection. */
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

  /** Makes the first attempt, unless the caller's signal says otherwise. */
  start(): void {
    const { signal, policy } = this.#options
    if (signal?.aborted) {
      // What the caller has given is let go of.
      this.#nextExchange(undefined)
      this.#abort()
    } else {
      if (signal) this.#heed(signal)
      // What would not be made again, such as a chat's answer, stays where the browser keeps it.
      if (policy.reconnects) {
        this.#forgetPage = onPageCached(() => {
          this.#letGo()
        })
      }
      void this.#live()
    }
  }

  /** Drops what there is and connects at once. */
  reconnect(): void {
    if (this.#state.phase === 'closed') return
    this.#drop()
    void this.#live()
  }

  /** What comes now is another stream: forgets what is unfinished. */
  reset(): void {
    this.#decoder.reset()
  }

  /** Ends it for good: aborts the request or its body, cancels the wait. */
  close(): void {
    if (this.#state.phase === 'closed') return
    this.#drop()
    this.#life++
    this.#state = { phase: 'closed' }
    this.#forgetSignal?.()
    this.#forgetPage?.()
    this.#tell('close')
  }

  #heed(signal: AbortSignal): void {
    const abort = (): void => {
      this.#abort()
    }
    signal.addEventListener('abort', abort)
    this.#forgetSignal = () => {
      signal.removeEventListener('abort', abort)
    }
  }

  #abort(): void {
    this.#sink.aborted()
    this.close()
  }

  /**
   * Of a page in its cache Chromium would keep the connection. Its reconnection time begins when the page comes back; the
   * attempt does not count, and nobody is asked.
   */
  #letGo(): void {
    const state = this.#state
    if ('exchange' in state) {
      const what = 'was let go of when its page went into the back/forward cache'
      const error = new ConnectionError(state.exchange, { reason: 'network', what })
      this.#drop()
      void this.#live(error)
    }
    // WebKit breaks it off before it says that the page is left.
    this.#fruitless = Math.max(0, this.#fruitless - 1)
  }

  #drop(): void {
    const state = this.#state
    this.#leave()
    if (state.phase === 'waiting') state.wait.cancel()
    else if (state.phase === 'open' && state.reader) letGo(state.reader, state.exchange.request)
    else if ('exchange' in state) state.exchange.request.abort()
  }

  /** Nothing of the exchange counts any more, but that a connection which was open for long enough was a success. */
  #leave(): void {
    const state = this.#state
    if (state.phase === 'open' && now() - state.since >= this.#options.policy.resetAfter) {
      this.#fruitless = 0
    }
    this.#state = { phase: 'deciding' }
  }

  /** The life of a connection. Whatever it awaits, `close()` or `reconnect()` may have come meanwhile: then it is over. */
  async #live(lostBefore?: ConnectionError): Promise<void> {
    const life = ++this.#life
    let failure = lostBefore
    if (failure && !(await this.#reestablish(failure, withinLimits(this.#reconnectionTime), life))) return
    for (;;) {
      const exchange = this.#nextExchange(failure)
      if (this.#channels.connect.hasSubscribers) {
        const { attempt, url } = exchange
        this.#tell('connect', { attempt, url: withoutUser(url), lastEventId: this.#sink.lastEventId ?? '' })
      }
      if (life !== this.#life) return
      const lost = await this.#attempt(exchange, life)
      if (life !== this.#life) return
      this.#leave()
      const { error, delay, isEnd } = await this.#decide(exchange, lost, life)
      if (life !== this.#life) return
      if (delay === undefined) {
        // Fail the connection.
        this.#tell('failed', { error, isEnd })
        if (life !== this.#life) return
        await this.#sink.failed(error, isEnd)
        if (life === this.#life) this.close()
        return
      }
      if (!(await this.#reestablish(error, delay, life))) return
      failure = error
    }
  }

  /** Tells of the loss, and waits: whether nothing has come in between. */
  async #reestablish(error: ConnectionError, delay: number, life: number): Promise<boolean> {
    this.#tell('lost', { error, delay })
    if (life !== this.#life) return false
    await this.#sink.lost(error, delay)
    if (life !== this.#life) return false
    const wait = startWait(delay)
    this.#state = { phase: 'waiting', wait }
    this.#tell('wait', { delay })
    await wait.over
    return true
  }

  #nextExchange(failure: ConnectionError | undefined): Exchange {
    const { lastEventId } = this.#sink
    const exchange = this.#opener({ attempt: ++this.#fruitless, lastEventId, failure })
    this.#state = { phase: 'connecting', exchange }
    return exchange
  }

  /** One request and, when its response is good, its body: how it was lost or failed. */
  async #attempt(exchange: Exchange, life: number): Promise<Failure> {
    const opening = await exchange.open()
    if ('failure' in opening) return opening.failure
    if (life === this.#life) return this.#receive(opening, exchange)
    if (opening.reader) void cancel(opening.reader)
    return ENDED
  }

  /** Announces the connection and reads its body. */
  #receive({ response, origin, reader }: Opened, exchange: Exchange): Failure | Promise<Failure> {
    const { request } = exchange
    this.#state = { phase: 'open', exchange, reader, since: now() }
    // Whoever hears of it may close the connection.
    const isOver = (): boolean => request.signal.aborted
    this.#tell('open', { attempt: exchange.attempt, response })
    if (isOver()) return ENDED
    this.#sink.open(response, origin)
    if (!reader || isOver()) return ENDED
    this.#decoder.begin(this.#sink.lastEventId ?? '')
    return readBody(reader, request, this.#options.idleTimeout, this)
  }

  /** Tells those who watch, who may close the connection. */
  #tell(what: keyof Channels, details?: object): void {
    const channel = this.#channels[what]
    if (channel.hasSubscribers) channel.publish({ source: this.#source, ...details })
  }

  /** For what reads the body. */
  consume(chunk: Uint8Array): Promise<void> | undefined {
    this.#decoder.decode(chunk)
    return this.#sink.backpressure(chunk.byteLength)
  }

  /** The same. */
  demand(): Promise<void> | undefined {
    return this.#sink.demand()
  }

  async #decide(exchange: Exchange, failure: Failure, life: number): Promise<Decision> {
    const { policy } = this.#options
    const error = new ConnectionError(exchange, failure)
    const isEnd = failure.reason === 'ended' || failure.status === 204
    let answer: boolean | number | undefined
    if (policy.reconnects && policy.shouldReconnect) {
      // What the last messages say may decide the answer.
      await this.#sink.delivered()
      if (life !== this.#life) return { error, delay: undefined, isEnd }
      try {
        answer = readAnswer(await policy.shouldReconnect(error))
      } catch (thrown) {
        const what = `${failure.what}, and "shouldReconnect" failed`
        const cause = new CallerError(what, thrown)
        return { error: new ConnectionError(exchange, { ...failure, what, cause }), delay: undefined, isEnd: false }
      }
    }
    const { reason, retryAfter } = failure
    const delay = nextDelay(policy, {
      reason,
      fruitless: this.#fruitless,
      reconnectionTime: this.#reconnectionTime,
      retryAfter,
      answer,
      random: Math.random(),
    })
    return { error, delay, isEnd }
  }
}
