/** From a connection that brings events to a loop that takes them. */

import type { ConnectionError } from '../connection/connection-error.ts'
import type { FetchLikeResponse } from '../connection/request.ts'
import type { ConnectionSink } from '../connection/sink.ts'
import { streamEvent, type StreamEvent } from '../decoder/stream-event.ts'

type Result = IteratorResult<StreamEvent, undefined>

/** A call of `next()` that waits. */
interface Asker {
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/** Something that happens between events, when the loop has come to it. */
class Turn {
  readonly come: () => void

  constructor(come: () => void) {
    this.come = come
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
}

/** The sink of a connection whose events wait until they are asked for. At most a chunk of them waits at a time. */
export class Inbox implements ConnectionSink {
  readonly #owner: Owner
  readonly #options: InboxOptions
  #lastEventId: string | undefined
  #waiting: (StreamEvent | Turn)[] = []
  #next = 0
  readonly #askers: Asker[] = []
  /** Whether the loop is at work on the last event that it took. */
  #isLoopBusy = false
  #isOver = false
  /** What the next call of `next()` rejects with. */
  #failure: { error: unknown } | undefined
  #drained: (() => void) | undefined

  constructor(owner: Owner, options: InboxOptions) {
    this.#owner = owner
    this.#options = options
    // None: what the caller starts with is nothing.
    this.#lastEventId = options.lastEventId || undefined
  }

  get lastEventId(): string | undefined {
    return this.#lastEventId
  }

  /** The next event, or the end. */
  next(): Promise<Result> {
    this.#isLoopBusy = false
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
        this.#setLastEventId(lastEventId)
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

  /** Holds reading back while anything waits. */
  backpressure(): Promise<void> | undefined {
    if (this.#waiting.length === 0) return undefined
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  delivered(): Promise<void> {
    return new Promise((resolve) => {
      this.#push(new Turn(resolve))
    })
  }

  /** A loop that is at work may not want any more: no request is made before it asks. */
  lost(): Promise<void> {
    return this.delivered()
  }

  failed(error: ConnectionError): Promise<void> {
    return new Promise((resolve) => {
      this.#push(
        new Turn(() => {
          this.end(isEnd(error) ? undefined : { error }, { error })
          resolve()
        }),
      )
    })
  }

  aborted(): void {
    this.end({ error: this.#options.signal?.reason })
  }

  #push(item: StreamEvent | Turn): void {
    this.#waiting.push(item)
    this.#advance()
  }

  /** Hands out what can be. */
  #advance(): void {
    for (let item; (item = this.#waiting[this.#next]);) {
      if (item instanceof Turn) {
        if (this.#isLoopBusy) return
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
    this.#setLastEventId(event.lastEventId)
    this.#isLoopBusy = this.#askers.length === 0
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
    this.#drained?.()
    this.#drained = undefined
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

  /** A stream that has never had an ID has not reset it either. */
  #setLastEventId(lastEventId: string): void {
    if (lastEventId !== '' || this.#lastEventId !== undefined) this.#lastEventId = lastEventId
  }
}

/** Whether a stream that is over has simply ended: its body has, or the server says so. */
function isEnd({ reason, status, cause }: ConnectionError): boolean {
  return (reason === 'ended' || status === 204) && cause === undefined
}
