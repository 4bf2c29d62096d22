/** One logical connection: from the first request, over losses and reconnections, to its failure or `close()`. */

import { EventDecoder, type DecoderSink } from '../decoder/event-decoder.ts'
import { now } from '../platform/globals.ts'
import { channels, type Channels } from '../platform/platform.ts'
import { onPageCached } from '../platform/page.ts'
import { ENDED, letGo, readBody } from './body.ts'
import { ConnectionError, type Failure } from './connection-error.ts'
import type { BodyReader, Exchange, Opened, Opener } from './exchange.ts'
import type { ConnectionOptions } from './read-options.ts'
import { nextDelay, withinLimits } from './reconnect.ts'
import { cancel } from './response.ts'
import type { ConnectionSink } from './sink.ts'
import { withoutUser } from './url.ts'
import { ask } from './verdict.ts'
import { startWait, type Wait } from './wait.ts'

type State =
  | { phase: 'idle' | 'closed' }
  | { phase: 'connecting'; exchange: Exchange }
  | { phase: 'open'; exchange: Exchange; reader: BodyReader | undefined; since: number }
  /** What to do about a failure is being asked and announced. */
  | { phase: 'deciding' }
  | { phase: 'waiting'; wait: Wait }

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
    const channel = this.#channels?.message
    if (channel?.hasSubscribers) {
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
      this.#nextExchange()
      this.#abort()
    } else {
      if (signal) this.#heed(signal)
      // What would not be made again, such as a chat's answer, stays where the browser keeps it.
      if (policy.reconnects) {
        this.#forgetPage = onPageCached(() => {
          this.#letGo()
        })
      }
      this.#live()
    }
  }

  /** Drops what there is and connects at once. */
  reconnect(): void {
    if (this.#state.phase === 'closed') return
    this.#drop()
    this.#live()
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
      void this.#reestablish(error, withinLimits(this.#reconnectionTime), ++this.#life)
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

  /** Begins a life: whatever was awaited in the one before finds it over. */
  #live(): void {
    void this.#connect(++this.#life, undefined)
  }

  /** One attempt, after a failure if there was one. What follows is called, not awaited: no frame waits for another. */
  async #connect(life: number, failure: ConnectionError | undefined): Promise<void> {
    const exchange = this.#nextExchange()
    if (this.#channels?.connect.hasSubscribers) {
      const { attempt, url } = exchange
      this.#tell('connect', { attempt, url: withoutUser(url), lastEventId: this.#sink.lastEventId ?? '' })
    }
    if (life !== this.#life) return
    const opening = await exchange.open(this.#sink.lastEventId, failure)
    if (life !== this.#life) {
      if ('reader' in opening && opening.reader) void cancel(opening.reader)
      return
    }
    const lost = 'failure' in opening ? opening.failure : this.#receive(opening, exchange, life)
    if (lost) void this.#recover(exchange, lost, life)
  }

  /** What becomes of a connection that was lost: it is reestablished, or fails. */
  async #recover(exchange: Exchange, lost: Failure, life: number): Promise<void> {
    if (life !== this.#life) return
    this.#leave()
    const { policy } = this.#options
    // What the last messages say may decide the answer.
    if (policy.shouldReconnect) await this.#sink.delivered()
    if (life !== this.#life) return
    const { error, answer, isEnd } = await ask(policy, exchange, lost)
    if (life !== this.#life) return
    const delay = nextDelay(policy, {
      reason: lost.reason,
      fruitless: this.#fruitless,
      reconnectionTime: this.#reconnectionTime,
      retryAfter: lost.retryAfter,
      answer,
      random: Math.random(),
    })
    if (delay !== undefined) {
      void this.#reestablish(error, delay, life)
      return
    }
    // Fail the connection.
    this.#tell('failed', { error, isEnd })
    if (life !== this.#life) return
    await this.#sink.failed(error, isEnd)
    if (life === this.#life) this.close()
  }

  /** Tells of the loss, waits, and connects again. */
  async #reestablish(error: ConnectionError, delay: number, life: number): Promise<void> {
    this.#tell('lost', { error, delay })
    if (life !== this.#life) return
    await this.#sink.lost(error, delay)
    if (life !== this.#life) return
    const wait = startWait(delay)
    this.#state = { phase: 'waiting', wait }
    this.#tell('wait', { delay })
    await wait.over
    // Between the end of the wait and this line, close() or reconnect() may have come.
    if (life === this.#life) void this.#connect(life, error)
  }

  #nextExchange(): Exchange {
    const exchange = this.#opener.next(++this.#fruitless)
    this.#state = { phase: 'connecting', exchange }
    return exchange
  }

  /** Announces the connection and begins to read its body: how it is lost, if that is known at once. */
  #receive({ response, origin, reader }: Opened, exchange: Exchange, life: number): Failure | undefined {
    const { request } = exchange
    this.#state = { phase: 'open', exchange, reader, since: now() }
    // Whoever hears of it may close the connection.
    const isOver = (): boolean => request.signal.aborted
    this.#tell('open', { attempt: exchange.attempt, response })
    if (isOver()) return ENDED
    this.#sink.open(response, origin)
    if (!reader || isOver()) return ENDED
    this.#decoder.begin(this.#sink.lastEventId ?? '')
    this.#read(reader, exchange, life)
    return undefined
  }

  /**
   * Open connections are idle for most of their lives: nothing awaits the reading but this callback, for a frame that did
   * would take half a kilobyte.
   */
  #read(reader: BodyReader, exchange: Exchange, life: number): void {
    const reading = readBody(reader, exchange.request, this.#options.idleTimeout, this)
    void reading.then((lost) => this.#recover(exchange, lost, life))
  }

  /** Tells those who watch, who may close the connection. */
  #tell(what: keyof Channels, details?: object): void {
    const channel = this.#channels?.[what]
    if (channel?.hasSubscribers) channel.publish({ source: this.#source, ...details })
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
}
