/** What became of one source: its state, its messages, its connections. Knows no page. */

export type State = 'CONNECTING' | 'OPEN' | 'CLOSED'

/** `EventSource`'s numbers are its places. */
export const STATES: readonly State[] = ['CONNECTING', 'OPEN', 'CLOSED']

export interface Message {
  /** Counts from 1. */
  number: number
  /** In ms, as `performance.now()` counts. */
  at: number
  type: string
  /** The last event ID string as of this message. */
  lastEventId: string
  data: string
}

/** Something that happened to the connection. */
export interface Step {
  at: number
  kind: 'connect' | 'open' | 'lost' | 'failed' | 'closed'
  /** In a sentence. */
  text: string
  /** What went out as `Last-Event-ID`. */
  sentId?: string
  /** How many messages had come until then. */
  count: number
}

/** A time in one state. */
export interface Span {
  state: State
  from: number
  /** Until now, without it. */
  to?: number
}

/** Messages that came together. */
export interface Tick {
  at: number
  count: number
}

/** How many messages, and characters of them, are kept. All are counted. */
export const MOST_KEPT = 50_000
const MOST_CHARACTERS = 32 * 1024 * 1024
const MOST_STEPS = 2_000
const MOST_TICKS = 20_000
/** In ms: what comes closer together is one tick. */
const TOGETHER = 50

export class Recording {
  readonly startedAt: number
  state: State = 'CLOSED'
  /** All there were. */
  count = 0
  lastEventId = ''
  /** The newest ones. */
  messages: Message[] = []
  steps: Step[] = []
  /** How many steps have been forgotten. */
  forgotten = 0
  spans: Span[] = []
  ticks: Tick[] = []
  attempts = 0
  #characters = 0

  constructor(now: number) {
    this.startedAt = now
  }

  connecting(at: number, sentId: string | undefined, what: string): void {
    this.attempts++
    const id = sentId === undefined ? 'without Last-Event-ID' : `with Last-Event-ID: ${sentId}`
    const again = this.attempts > 1 ? 'Connecting again' : 'Connecting'
    this.#step({ at, kind: 'connect', text: `${again}, ${id} (${what})`, ...(sentId !== undefined && { sentId }) })
    this.#turn('CONNECTING', at)
  }

  opened(at: number, text: string): void {
    this.#step({ at, kind: 'open', text })
    this.#turn('OPEN', at)
  }

  /** @param delay ms to the reconnection; none where there will be none */
  lost(at: number, text: string, delay: number | undefined): void {
    const next = delay === undefined ? 'It has failed for good.' : `Again in ${Math.round(delay)} ms.`
    this.#step({ at, kind: delay === undefined ? 'failed' : 'lost', text: `${text}. ${next}` })
    this.#turn(delay === undefined ? 'CLOSED' : 'CONNECTING', at)
  }

  closed(at: number, text: string): void {
    if (this.state === 'CLOSED') return
    this.#step({ at, kind: 'closed', text })
    this.#turn('CLOSED', at)
  }

  message(at: number, type: string, lastEventId: string, data: string): Message {
    const message = { number: ++this.count, at, type, lastEventId, data }
    this.lastEventId = lastEventId
    this.messages.push(message)
    this.#characters += data.length
    // A tenth at a time: each shift of a long list moves all of it.
    if (this.messages.length > MOST_KEPT * 1.1 || this.#characters > MOST_CHARACTERS) this.#forget()
    const last = this.ticks.at(-1)
    if (last && at - last.at < TOGETHER) last.count++
    else this.ticks.push({ at, count: 1 })
    if (this.ticks.length > MOST_TICKS) this.ticks.splice(0, MOST_TICKS / 10)
    return message
  }

  #forget(): void {
    let count = Math.max(this.messages.length - MOST_KEPT, 1)
    let left = this.#characters
    for (const [index, { data }] of this.messages.entries()) {
      if (index >= count && left <= MOST_CHARACTERS * 0.9) break
      left -= data.length
      count = Math.max(count, index + 1)
    }
    // The last one stays, however large it is.
    count = Math.min(count, this.messages.length - 1)
    for (const { data } of this.messages.splice(0, count)) this.#characters -= data.length
  }

  #step(step: Omit<Step, 'count'>): void {
    this.steps.push({ ...step, count: this.count })
    if (this.steps.length > MOST_STEPS) {
      this.steps.shift()
      this.forgotten++
    }
  }

  #turn(state: State, at: number): void {
    const last = this.spans.at(-1)
    this.state = state
    if (last?.state === state) return
    if (last) last.to = at
    this.spans.push({ state, from: at })
    if (this.spans.length > MOST_STEPS) this.spans.shift()
  }
}
