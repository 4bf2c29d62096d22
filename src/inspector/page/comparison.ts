/** Compares everysource with the native `EventSource` on the same stream. Independent of the DOM. */

import type { State } from './recording.ts'

export type Side = 'ours' | 'native'

/** The parts of a message that are compared. */
export interface Received {
  type: string
  lastEventId: string
  data: string
}

export interface Difference {
  at: number
  text: string
}

interface Waiting extends Received {
  at: number
  number: number
}

/** In ms. Two connections are never perfectly in sync, so only a difference that lasts longer counts. */
export const GRACE = 1_500
/** In ms. On a busy machine, one side may lag this far behind. */
export const LATE = 10_000
/** How many messages to look ahead for one that only one side received. */
const LOOK_AHEAD = 500
const MAX_WAITING = 50_000
/** How many differences to list; all are counted. */
const MAX_LISTED = 10
const MAX_TEXT = 60

const OTHER = { ours: 'native', native: 'ours' } as const
const NAME = { ours: 'everysource', native: 'the native EventSource' } as const

export class Comparison {
  /** The first `MAX_LISTED` differences. */
  readonly differences: Difference[] = []
  /** The total number of differences. */
  count = 0
  /** Messages that are the same on both sides. */
  equal = 0
  /** Whether the states have differed for longer than `GRACE`. */
  areStatesDifferent = false
  readonly counts: Record<Side, number> = { ours: 0, native: 0 }
  readonly #waiting: Record<Side, Waiting[]> = { ours: [], native: [] }
  readonly #receivedAt: Record<Side, number> = { ours: 0, native: 0 }
  #stuckSince: number | undefined
  #differentSince: number | undefined

  received(side: Side, { type, lastEventId, data }: Received, now: number): void {
    const number = ++this.counts[side]
    this.#receivedAt[side] = now
    const waiting = this.#waiting[side]
    if (waiting.length === MAX_WAITING) return
    waiting.push({ type, lastEventId, data, at: now, number })
    this.#match()
  }

  states(ours: State, native: State, now: number): void {
    if (ours === native) {
      this.#differentSince = undefined
      this.areStatesDifferent = false
      return
    }
    this.#differentSince ??= now
    if (this.areStatesDifferent || now - this.#differentSince < GRACE) return
    this.areStatesDifferent = true
    this.#report(now, `readyState: ${NAME.ours} is ${ours}, ${NAME.native} is ${native}`)
  }

  /** Call periodically to report differences that have lasted long enough. */
  settle(now: number): void {
    const { ours, native } = this.#waiting
    const [one] = ours
    const [other] = native
    if (one && other) {
      this.#stuckSince ??= now
      if (now - this.#stuckSince < GRACE) return
      // Report all pairs that are stuck now, not one per call.
      while (ours[0] && native[0] && !this.#resume()) this.#reportPair(ours.shift(), native.shift(), now)
      this.#match()
      return
    }
    for (const side of ['ours', 'native'] as const) {
      const late = this.#waiting[side]
      while (late[0] && now - late[0].at >= LATE && now - this.#receivedAt[OTHER[side]] >= LATE)
        this.#reportMissing(side, late.shift(), now)
    }
  }

  /** Removes equal messages from the head of both queues. */
  #match(): void {
    const { ours, native } = this.#waiting
    let same = 0
    while (same < ours.length && same < native.length && isSame(ours[same], native[same])) same++
    if (same === 0) return
    ours.splice(0, same)
    native.splice(0, same)
    this.equal += same
    this.#stuckSince = undefined
  }

  /** Finds the head of one queue later in the other; only the other side received the messages before it. */
  #resume(): boolean {
    for (const side of ['ours', 'native'] as const) {
      const [head] = this.#waiting[side]
      const other = this.#waiting[OTHER[side]]
      const index = other.slice(0, LOOK_AHEAD).findIndex((message) => isSame(head, message))
      if (index < 0) continue
      for (const message of other.splice(0, index)) this.#reportMissing(OTHER[side], message, message.at)
      return true
    }
    return false
  }

  #reportMissing(side: Side, message: Waiting | undefined, at: number): void {
    if (message) this.#report(at, `only ${NAME[side]} received message ${message.number}: ${shorten(message.data)}`)
  }

  #reportPair(one: Waiting | undefined, other: Waiting | undefined, at: number): void {
    if (!one || !other) return
    const parts = (['type', 'lastEventId', 'data'] as const)
      .filter((part) => one[part] !== other[part])
      .map((part) => `${LABELS[part]} ${shorten(one[part])} vs. ${shorten(other[part])}`)
    this.#report(at, `message ${one.number}: ${parts.join('; ')}`)
  }

  #report(at: number, text: string): void {
    this.count++
    if (this.differences.length < MAX_LISTED) this.differences.push({ at, text })
  }
}

const LABELS = { type: 'type', lastEventId: 'id', data: 'data' }

function isSame(one: Received | undefined, other: Received | undefined): boolean {
  return one?.type === other?.type && one?.lastEventId === other?.lastEventId && one?.data === other?.data
}

function shorten(text: string): string {
  return `“${text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text}”`
}
