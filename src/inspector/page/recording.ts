/** Records the states, messages and connections of a source. Independent of the DOM. */

import { inTime } from './format.ts'

export type State = 'CONNECTING' | 'OPEN' | 'CLOSED'

/** Indexed by `readyState`. */
export const STATES: readonly State[] = ['CONNECTING', 'OPEN', 'CLOSED']

/** Something that the list shows as a row. */
interface Row {
  /** Counts all rows from 0. */
  index: number
  /** In ms, from `performance.now()`. */
  at: number
}

export interface Message extends Row {
  kind: 'message'
  /** Counts from 1. */
  number: number
  /** In ms, since the message before it. */
  since: number | undefined
  type: string
  /** The last event ID string as of this message. */
  lastEventId: string
  data: string
}

/** Something that happened to the connection. */
export interface Step extends Row {
  kind: 'connect' | 'open' | 'lost' | 'failed' | 'closed'
  /** A sentence for the connection log. */
  text: string
  /** The `Last-Event-ID` that was sent. */
  sentId?: string
  /** How many messages had arrived by then. */
  count: number
}

export type Entry = Message | Step

/** Whether the step is a lost connection or a refused response. */
export function isFailure({ kind }: Entry): boolean {
  return kind === 'lost' || kind === 'failed'
}

/** A period in one state. */
export interface Span {
  state: State
  from: number
  /** Absent while the state lasts. */
  to?: number
}

/** Messages that arrived together. */
export interface Tick {
  at: number
  count: number
}

/** Limits for the rows kept and the characters of their data. All messages are counted. */
export const MAX_KEPT = 100_000
const MAX_CHARACTERS = 32 * 1024 * 1024
const MAX_STEPS = 2_000
const MAX_TICKS = 20_000
/** In ms. Messages that arrive closer together share a tick. */
const TOGETHER = 50

export class Recording {
  readonly startedAt: number
  state: State = 'CLOSED'
  /** The total number of messages. */
  count = 0
  lastEventId = ''
  /** The newest messages and steps, in order. */
  entries: Entry[] = []
  /** How many messages of each type arrived. */
  readonly types = new Map<string, number>()
  lastMessageAt: number | undefined
  /** When the source reconnects, while it waits for that. */
  reconnectsAt: number | undefined
  steps: Step[] = []
  /** How many old rows were removed to stay within the limits. */
  removed = 0
  /** How many old steps were removed. */
  removedSteps = 0
  spans: Span[] = []
  ticks: Tick[] = []
  attempts = 0
  /** The index of the next row. */
  #next = 0
  #characters = 0

  constructor(now: number) {
    this.startedAt = now
  }

  connecting(at: number, sentId: string | undefined, request: string): void {
    this.attempts++
    const id = sentId === undefined ? 'without Last-Event-ID' : `with Last-Event-ID: ${sentId}`
    const verb = this.attempts > 1 ? 'Reconnecting' : 'Connecting'
    this.#step({ at, kind: 'connect', text: `${verb} ${id} (${request})`, ...(sentId !== undefined && { sentId }) })
    this.#enter('CONNECTING', at)
  }

  opened(at: number, text: string): void {
    this.#step({ at, kind: 'open', text })
    this.#enter('OPEN', at)
  }

  /** @param delay until the reconnection, in ms; undefined if the source gives up */
  lost(at: number, text: string, delay: number | undefined): void {
    const next = delay === undefined ? 'Not reconnecting.' : `Reconnecting ${inTime(delay)}.`
    this.#step({ at, kind: delay === undefined ? 'failed' : 'lost', text: `${text}. ${next}` })
    this.#enter(delay === undefined ? 'CLOSED' : 'CONNECTING', at)
    this.reconnectsAt = delay === undefined ? undefined : at + delay
  }

  closed(at: number, text: string): void {
    if (this.state === 'CLOSED') return
    this.#step({ at, kind: 'closed', text })
    this.#enter('CLOSED', at)
  }

  message(at: number, type: string, lastEventId: string, data: string): Message {
    const since = this.lastMessageAt === undefined ? undefined : at - this.lastMessageAt
    const message: Message = {
      kind: 'message',
      index: this.#next++,
      number: ++this.count,
      at,
      since,
      type,
      lastEventId,
      data,
    }
    this.lastEventId = lastEventId
    this.lastMessageAt = at
    this.types.set(type, (this.types.get(type) ?? 0) + 1)
    this.#characters += data.length
    this.#add(message)
    const last = this.ticks.at(-1)
    if (last && at - last.at < TOGETHER) last.count++
    else this.ticks.push({ at, count: 1 })
    if (this.ticks.length > MAX_TICKS) this.ticks.splice(0, MAX_TICKS / 10)
    return message
  }

  /** The index of the first row that is kept. */
  get first(): number {
    return this.#next - this.entries.length
  }

  /** The index of the next row. */
  get end(): number {
    return this.#next
  }

  /** Removes all rows. The counts stay. */
  clear(): void {
    this.entries = []
    this.#characters = 0
  }

  #add(entry: Entry): void {
    this.entries.push(entry)
    // Remove a tenth at a time, because each removal moves the whole list.
    if (this.entries.length > MAX_KEPT * 1.1 || this.#characters > MAX_CHARACTERS) this.#trim()
  }

  #trim(): void {
    let count = Math.max(this.entries.length - MAX_KEPT, 1)
    let kept = this.#characters
    for (const [index, entry] of this.entries.entries()) {
      if (index >= count && kept <= MAX_CHARACTERS * 0.9) break
      kept -= sizeOf(entry)
      count = Math.max(count, index + 1)
    }
    // Always keep the last row, however large it is.
    count = Math.min(count, this.entries.length - 1)
    this.removed += count
    for (const entry of this.entries.splice(0, count)) this.#characters -= sizeOf(entry)
  }

  #step(given: Omit<Step, 'count' | 'index'>): void {
    const step = { ...given, index: this.#next++, count: this.count }
    this.#add(step)
    this.steps.push(step)
    if (this.steps.length > MAX_STEPS) {
      this.steps.shift()
      this.removedSteps++
    }
  }

  #enter(state: State, at: number): void {
    const last = this.spans.at(-1)
    this.state = state
    this.reconnectsAt = undefined
    if (last?.state === state) return
    if (last) last.to = at
    this.spans.push({ state, from: at })
    if (this.spans.length > MAX_STEPS) this.spans.shift()
  }
}

function sizeOf(entry: Entry): number {
  return entry.kind === 'message' ? entry.data.length : 0
}
