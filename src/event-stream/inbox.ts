/** Queues the events of a connection until a loop reads them. */

import type { ConnectionError } from '../connection/connection-error.ts'
import { lastEventIdAfter, type ConnectionSink } from '../connection/exchange.ts'
import type { FetchLikeResponse } from '../connection/request.ts'
import { domException } from '../platform/platform.ts'
import { streamEvent, type StreamEvent } from '../decoder/stream-event.ts'

type Result = IteratorResult<StreamEvent, undefined>

/** A call of `next()` that has not settled. */
interface PendingRead {
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/** A function to run between events. */
class Callback {
  readonly run: () => void
  /** Whether to run only once the loop has processed all events before it and reads again. */
  readonly waitsForRead: boolean

  constructor(run: () => void, waitsForRead = true) {
    this.run = run
    this.waitsForRead = waitsForRead
  }
}

/** Notified when the stream opens and ends. */
interface Owner {
  /** A response was accepted, or a stream was given without one. */
  opened(response: FetchLikeResponse | undefined): void
  /** No more events will follow. `reason` is undefined if the caller closed the stream. */
  ended(reason?: { error: unknown }): void
}

interface InboxOptions {
  /** The option; may be empty. */
  lastEventId: string
  signal: AbortSignal | undefined
  onComment: ((text: string) => void) | undefined
  /** How many bytes to read while the loop is busy, before reading pauses. At least one chunk is read. */
  readAhead: number
}

/** The sink of a connection whose events a loop reads. */
export class Inbox implements ConnectionSink {
  /** Whether the stream ended in the middle of an event. */
  endedMidEvent = false
  readonly #owner: Owner
  readonly #options: InboxOptions
  #lastEventId: string | undefined
  #waiting: (StreamEvent | Callback)[] = []
  #next = 0
  readonly #pendingReads: PendingRead[] = []
  #isOpened = false
  #isClosed = false
  /** The error for the next call of `next()`. */
  #failure: { error: unknown } | undefined
  /** Bytes read since the queue was last empty, or since the loop last waited for an event. */
  #bytesAhead = 0
  #resume: (() => void) | undefined
  /** Resolves the promise of `demand()`. */
  #resolveDemand: (() => void) | undefined

  constructor(owner: Owner, options: InboxOptions) {
    this.#owner = owner
    this.#options = options
    this.#lastEventId = lastEventIdAfter(undefined, options.lastEventId)
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** Returns the next event, or `done`. */
  next(): Promise<Result> {
    const first = this.#waiting[this.#next]
    // The fast path of most calls: one promise and nothing else.
    if (first && !(first instanceof Callback) && this.#pendingReads.length === 0) {
      this.#next++
      return Promise.resolve(this.#deliver(first))
    }
    return new Promise((resolve, reject) => {
      this.#pendingReads.push({ resolve, reject })
      this.#advance()
      if (this.#isClosed) this.#settleReads()
      else if (this.#pendingReads.length > 0) this.#resumeReading()
    })
  }

  /**
   * Discards all waiting events. Only the failure, if any, is still delivered.
   *
   * @param reason why there will be no response, if that is known
   */
  close(failure?: { error: unknown }, reason = failure): void {
    if (this.#isClosed) {
      // The caller closed the failed stream, so it does not need the failure.
      if (!failure) this.#failure = undefined
      return
    }
    this.#isClosed = true
    this.#failure = failure
    this.#resetQueue()
    this.#settleReads()
    this.#owner.ended(reason)
  }

  open(response: FetchLikeResponse | undefined): void {
    this.#isOpened = true
    this.#owner.opened(response)
  }

  message(type: string, data: string, lastEventId: string, id: string | undefined): void {
    const event = streamEvent(type, data, lastEventId, id)
    // Most events arrive while the loop is busy.
    if (this.#pendingReads.length === 0) this.#waiting.push(event)
    else this.#push(event)
  }

  id(lastEventId: string): void {
    this.#push(
      new Callback(() => {
        this.#lastEventId = lastEventIdAfter(this.#lastEventId, lastEventId)
      }),
    )
  }

  comment(text: string): void {
    this.#push(
      new Callback(() => {
        this.#callOnComment(text)
      }),
    )
  }

  backpressure(bytes: number): Promise<void> | undefined {
    if (this.#pendingReads.length > 0) return undefined
    this.#bytesAhead += bytes
    if (this.#bytesAhead <= this.#options.readAhead) return undefined
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  demand(): Promise<void> | undefined {
    if (this.#pendingReads.length > 0) return undefined
    return new Promise((resolve) => {
      this.#resolveDemand = resolve
    })
  }

  deciding(): Promise<void> {
    return new Promise((resolve) => {
      // Before the first response the caller may await `response` without a loop.
      this.#push(new Callback(resolve, this.#isOpened))
    })
  }

  /** Waits for the loop to read again before reconnecting, because a busy loop may still exit. */
  lost(): Promise<void> {
    return this.deciding()
  }

  failed(error: ConnectionError, thrown: { error: unknown } | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#push(
        new Callback(() => {
          this.endedMidEvent = error.endedMidEvent
          this.close(thrown, thrown ?? { error })
          resolve()
        }, false),
      )
    })
  }

  aborted(): void {
    // Signals in React Native have no reason.
    const reason: unknown = this.#options.signal?.reason
    this.close({ error: reason === undefined ? domException('The operation was aborted', 'AbortError') : reason })
  }

  #push(item: StreamEvent | Callback): void {
    this.#waiting.push(item)
    this.#advance()
  }

  /** Delivers as many events, and runs as many callbacks, as the pending reads allow. */
  #advance(): void {
    for (let item; (item = this.#waiting[this.#next]);) {
      if (item instanceof Callback) {
        if (item.waitsForRead && this.#pendingReads.length === 0) return
        this.#next++
        item.run()
        this.#resetIfDrained()
      } else {
        const read = this.#pendingReads.shift()
        if (!read) return
        this.#next++
        read.resolve(this.#deliver(item))
      }
    }
  }

  #deliver(event: StreamEvent): Result {
    this.#lastEventId = lastEventIdAfter(this.#lastEventId, event.lastEventId)
    this.#resetIfDrained()
    return { done: false, value: event }
  }

  /** Resumes reading once no event waits. */
  #resetIfDrained(): void {
    if (this.#next === this.#waiting.length) this.#resetQueue()
  }

  #resetQueue(): void {
    this.#waiting = []
    this.#next = 0
    this.#bytesAhead = 0
    this.#resume?.()
    this.#resume = undefined
  }

  /** The loop waits for an event: resumes reading, and resolves `demand()`. */
  #resumeReading(): void {
    this.#resetQueue()
    this.#resolveDemand?.()
    this.#resolveDemand = undefined
  }

  /** Settles pending reads after the end: with the failure once, then as done. */
  #settleReads(): void {
    for (const { resolve, reject } of this.#pendingReads.splice(0)) {
      const failure = this.#failure
      this.#failure = undefined
      if (failure) reject(failure.error)
      else resolve({ done: true, value: undefined })
    }
  }

  #callOnComment(text: string): void {
    try {
      this.#options.onComment?.(text)
    } catch (error) {
      this.close({ error })
    }
  }
}
