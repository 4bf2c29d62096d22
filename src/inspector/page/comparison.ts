/** Compares what two sources of the same stream say: ours and the browser's own. Knows no page. */

import type { State } from './recording.ts'

export type Side = 'ours' | 'native'

/** What is compared of a message. */
export interface Heard {
  type: string
  lastEventId: string
  data: string
}

export interface Difference {
  at: number
  text: string
}

interface Waiting extends Heard {
  at: number
  number: number
}

/** In ms: two connections are never quite at the same place; what stays different for longer is a difference. */
export const GRACE = 1_500
/** In ms: one side may be this much behind, on a machine that has other things to do. */
export const LATE = 10_000
/** How far ahead to look for a message that only one side has. */
const LOOK_AHEAD = 500
const MOST_WAITING = 50_000
/** How many to tell; all are counted. */
const MOST_TOLD = 10
const MOST_TEXT = 60

const OTHER = { ours: 'native', native: 'ours' } as const
const NAME = { ours: 'everysource', native: 'the native EventSource' } as const

export class Comparison {
  /** The first ones. */
  readonly differences: Difference[] = []
  /** All there were. */
  count = 0
  /** Messages that both had. */
  equal = 0
  /** States that have been different for longer than `GRACE`. */
  areStatesDifferent = false
  readonly counts: Record<Side, number> = { ours: 0, native: 0 }
  readonly #waiting: Record<Side, Waiting[]> = { ours: [], native: [] }
  readonly #heardAt: Record<Side, number> = { ours: 0, native: 0 }
  #stuckSince: number | undefined
  #differentSince: number | undefined

  heard(side: Side, { type, lastEventId, data }: Heard, now: number): void {
    const number = ++this.counts[side]
    this.#heardAt[side] = now
    const waiting = this.#waiting[side]
    if (waiting.length === MOST_WAITING) return
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
    this.#tell(now, `readyState: ${NAME.ours} is ${ours}, ${NAME.native} ${native}`)
  }

  /** To be called now and then: what has stayed different for long enough is one. */
  settle(now: number): void {
    const { ours, native } = this.#waiting
    const [one] = ours
    const [other] = native
    if (one && other) {
      this.#stuckSince ??= now
      if (now - this.#stuckSince < GRACE) return
      // What is stuck together is told at once.
      while (ours[0] && native[0] && !this.#resume()) this.#tellPair(ours.shift(), native.shift(), now)
      this.#match()
      return
    }
    for (const side of ['ours', 'native'] as const) {
      const late = this.#waiting[side]
      while (late[0] && now - late[0].at >= LATE && now - this.#heardAt[OTHER[side]] >= LATE)
        this.#tellAlone(side, late.shift(), now)
    }
  }

  /** Takes off what is the same at the head of both. */
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

  /** Whether the head of one side comes later on the other: what is before it there came to that side alone. */
  #resume(): boolean {
    for (const side of ['ours', 'native'] as const) {
      const [head] = this.#waiting[side]
      const other = this.#waiting[OTHER[side]]
      const index = other.slice(0, LOOK_AHEAD).findIndex((message) => isSame(head, message))
      if (index < 0) continue
      for (const message of other.splice(0, index)) this.#tellAlone(OTHER[side], message, message.at)
      return true
    }
    return false
  }

  #tellAlone(side: Side, message: Waiting | undefined, at: number): void {
    if (message) this.#tell(at, `message ${message.number} came to ${NAME[side]} alone: ${inShort(message.data)}`)
  }

  #tellPair(one: Waiting | undefined, other: Waiting | undefined, at: number): void {
    if (!one || !other) return
    const parts = (['type', 'lastEventId', 'data'] as const)
      .filter((part) => one[part] !== other[part])
      .map((part) => `${LABELS[part]} ${inShort(one[part])} and ${inShort(other[part])}`)
    this.#tell(at, `message ${one.number}: ${parts.join('; ')}`)
  }

  #tell(at: number, text: string): void {
    this.count++
    if (this.differences.length < MOST_TOLD) this.differences.push({ at, text })
  }
}

const LABELS = { type: 'type', lastEventId: 'id', data: 'data' }

function isSame(one: Heard | undefined, other: Heard | undefined): boolean {
  return one?.type === other?.type && one?.lastEventId === other?.lastEventId && one?.data === other?.data
}

function inShort(text: string): string {
  return `“${text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text}”`
}
