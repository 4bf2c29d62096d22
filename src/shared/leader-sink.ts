/** The sink of the leader's connection: enters everything in the log, which delivers it in all contexts. */

import {
  hasDocument,
  type ConnectionError,
  type ConnectionSink,
  type Dispatcher,
  type FetchLikeResponse,
} from './core.ts'
import type { Member } from './member.ts'
import type { Entry, PlainError } from './protocol.ts'

/** How long it may take from there to `pagehide`, in ms. Measured: 7. */
const LEAVING = 100

export class LeaderSink implements ConnectionSink {
  readonly #member: Member
  readonly #dispatcher: Dispatcher
  readonly #aborted: () => void
  #isClosed = false

  constructor(member: Member, dispatcher: Dispatcher, aborted: () => void) {
    this.#member = member
    this.#dispatcher = dispatcher
    this.#aborted = aborted
  }

  /** All members have the messages up to this one. */
  get lastEventId(): string | undefined {
    return this.#member.log.lastEventId
  }

  open(_response: FetchLikeResponse | undefined, origin: string): void {
    this.#commit(['open', origin], () => {
      this.#dispatcher.open(undefined, origin)
    })
  }

  message(type: string, data: string, lastEventId: string): void {
    this.#commit(['message', type, data, lastEventId], () => {
      this.#dispatcher.message(type, data, lastEventId)
    })
  }

  id(lastEventId: string): void {
    this.#commit(['id', lastEventId], () => {
      this.#dispatcher.id(lastEventId)
    })
  }

  comment(text: string): void {
    this.#member.commit({
      deliver: () => {
        this.#dispatcher.comment(text)
      },
    })
  }

  backpressure(bytes: number): Promise<void> | undefined {
    this.#member.flush()
    return this.#dispatcher.backpressure(bytes)
  }

  demand(): undefined {
    return undefined
  }

  deciding(): Promise<void> {
    return this.#report(['connecting'], () => this.#dispatcher.deciding())
  }

  async lost(error: ConnectionError, delay: number): Promise<void> {
    // Browsers cancel the requests of a page that is left before it learns that.
    if (error.reason === 'network' && hasDocument()) await new Promise((resolve) => setTimeout(resolve, LEAVING))
    // Never settles for a page that was left meanwhile.
    return this.#report(['lost', plainError(error), delay], () => this.#dispatcher.lost(error, delay))
  }

  failed(error: ConnectionError): Promise<void> {
    return this.#report(['failed', plainError(error)], () => {
      this.#member.retire()
      return this.#dispatcher.failed(error)
    })
  }

  aborted(): void {
    this.#aborted()
  }

  /** Ignores everything from now on. */
  close(): void {
    this.#isClosed = true
  }

  #commit(entry: Entry, deliver: () => void): void {
    if (!this.#isClosed) this.#member.commit({ entry, deliver })
  }

  /** Resolves when the event has been dispatched here. */
  #report(entry: Entry, deliver: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#commit(entry, () => {
        resolve(deliver())
      })
    })
  }
}

/** Leaves out what may be secret. */
function plainError({
  message,
  reason,
  status,
  code,
  retryAfter,
  attempt,
  endedMidEvent,
}: ConnectionError): PlainError {
  return { message, reason, status, code, retryAfter, attempt, endedMidEvent }
}
