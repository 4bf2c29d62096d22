/** From a connection that brings events to a loop that takes them. */

import type { ConnectionError } from '../connection/connection-error.ts'
import { lastEventIdAfter, type ConnectionSink } from '../connection/exchange.ts'
import type { FetchLikeResponse } from '../connection/request.ts'
import { domException } from '../platform/platform.ts'
import { streamEvent, type StreamEvent } from '../decoder/stream-event.ts'

type Result = IteratorResult<StreamEvent, undefined>

/** A call of `next()` that waits. */
interface Asker {
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/** Something that happens between events. */
class Turn {
  readonly come: () => void
  /** Whether it comes only when the loop has dealt with what was before it, and asks for more. */
  readonly isAskedFor: boolean

  constructor(come: () => void, isAskedFor = true) {
    this.come = come
    this.isAskedFor = isAskedFor
  }
}

/** Who is told what concerns the stream as a whole. */
interface Owner {
  /** There is a good response, or a stream without one. */
  opened(response: FetchLikeResponse | undefined): void
  /** There will be no more events, for this reason; none where the caller has closed the stream. */
  ended(reason?: { error: unknown }): void
}

interface InboxOptions {
  /** What the caller starts with; may be empty. */
  lastEventId: string
  signal: AbortSignal | undefined
  onComment: ((text: string) => void) | undefined
  /** How many bytes to read while the loop asks for nothing, before reading stops; a chunk is read in any case. */
  readAhead: number
}

/** The sink of a connection whose events wait until they are asked for. */
export class Inbox implements ConnectionSink {
  /** Whether the stream has ended in the middle of an event. */
  endedMidEvent = false
  readonly #owner: Owner
  readonly #options: InboxOptions
  #lastEventId: string | undefined
  #waiting: (StreamEvent | Turn)[] = []
  #next = 0
  readonly #askers: Asker[] = []
  #isOpened = false
  #isOver = false
  /** What the next call of `next()` rejects with. */
  #failure: { error: unknown } | undefined
  /** Bytes that were read since the loop took the last that there was, or asked for more. */
  #bytesAhead = 0
  #resume: (() => void) | undefined
  /** Tells those who wait for the loop that it asks. */
  #asks: (() => void) | undefined

  constructor(owner: Owner, options: InboxOptions) {
    this.#owner = owner
    this.#options = options
    this.#lastEventId = lastEventIdAfter(undefined, options.lastEventId)
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** The next event, or the end. */
  next(): Promise<Result> {
    const first = this.#waiting[this.#next]
    // Most calls end here, with one promise and nothing else.
    if (first && !(first instanceof Turn) && this.#askers.length === 0) {
      this.#next++
      return Promise.resolve(this.#taken(first))
    }
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject })
      this.#advance()
      if (this.#isOver) this.#dismiss()
      else if (this.#askers.length > 0) this.#readOn()
    })
  }

  /**
   * Drops what waits: nothing comes any more, but a failure if there is one.
   *
   * @param reason why there will be no response, where that is known
   */
  end(failure?: { error: unknown }, reason = failure): void {
    if (this.#isOver) {
      // Who closes what has failed does not want to hear of it any more.
      if (!failure) this.#failure = undefined
      return
    }
    this.#isOver = true
    this.#failure = failure
    this.#clear()
    this.#dismiss()
    this.#owner.ended(reason)
  }

  open(response: FetchLikeResponse | undefined): void {
    this.#isOpened = true
    this.#owner.opened(response)
  }

  message(type: string, data: string, lastEventId: string, id: string | undefined): void {
    const event = streamEvent(type, data, lastEventId, id)
    // Most of them wait for a loop that has not asked yet.
    if (this.#askers.length === 0) this.#waiting.push(event)
    else this.#push(event)
  }

  id(lastEventId: string): void {
    this.#push(
      new Turn(() => {
        this.#lastEventId = lastEventIdAfter(this.#lastEventId, lastEventId)
      }),
    )
  }

  comment(text: string): void {
    this.#push(
      new Turn(() => {
        this.#callBack(text)
      }),
    )
  }

  backpressure(bytes: number): Promise<void> | undefined {
    if (this.#askers.length > 0) return undefined
    this.#bytesAhead += bytes
    if (this.#bytesAhead <= this.#options.readAhead) return undefined
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  demand(): Promise<void> | undefined {
    if (this.#askers.length > 0) return undefined
    return new Promise((resolve) => {
      this.#asks = resolve
    })
  }

  deciding(): Promise<void> {
    return new Promise((resolve) => {
      // Who awaits the response may have no loop yet.
      this.#push(new Turn(resolve, this.#isOpened))
    })
  }

  /** A loop that is at work may not want any more: no request is made before it asks. */
  lost(): Promise<void> {
    return this.deciding()
  }

  failed(error: ConnectionError, thrown: { error: unknown } | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#push(
        new Turn(() => {
          this.endedMidEvent = error.endedMidEvent
          this.end(thrown, thrown ?? { error })
          resolve()
        }, false),
      )
    })
  }

  aborted(): void {
    // React Native's signals have none.
    const reason: unknown = this.#options.signal?.reason
    this.end({ error: reason === undefined ? domException('The operation was aborted', 'AbortError') : reason })
  }

  #push(item: StreamEvent | Turn): void {
    this.#waiting.push(item)
    this.#advance()
  }

  /** Hands out what can be. */
  #advance(): void {
    for (let item; (item = this.#waiting[this.#next]);) {
      if (item instanceof Turn) {
        if (item.isAskedFor && this.#askers.length === 0) return
        this.#next++
        item.come()
        this.#release()
      } else {
        const asker = this.#askers.shift()
        if (!asker) return
        this.#next++
        asker.resolve(this.#taken(item))
      }
    }
  }

  #taken(event: StreamEvent): Result {
    this.#lastEventId = lastEventIdAfter(this.#lastEventId, event.lastEventId)
    this.#release()
    return { done: false, value: event }
  }

  /** Lets reading go on when nothing waits any more. */
  #release(): void {
    if (this.#next === this.#waiting.length) this.#clear()
  }

  #clear(): void {
    this.#waiting = []
    this.#next = 0
    this.#bytesAhead = 0
    this.#resume?.()
    this.#resume = undefined
  }

  /** The loop has taken all that there was, and has nothing to do. */
  #readOn(): void {
    this.#clear()
    this.#asks?.()
    this.#asks = undefined
  }

  /** Answers those who ask when it is over. */
  #dismiss(): void {
    for (const { resolve, reject } of this.#askers.splice(0)) {
      const failure = this.#failure
      this.#failure = undefined
      if (failure) reject(failure.error)
      else resolve({ done: true, value: undefined })
    }
  }

  #callBack(text: string): void {
    try {
      this.#options.onComment?.(text)
    } catch (error) {
      this.end({ error })
    }
  }
}
