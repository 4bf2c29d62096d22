/** Records the states, messages and connections of a source. Independent of the DOM. */

export type State = 'CONNECTING' | 'OPEN' | 'CLOSED'

/** Indexed by `readyState`. */
export const STATES: readonly State[] = ['CONNECTING', 'OPEN', 'CLOSED']

export interface Message {
  /** Counts from 1. */
  number: number
  /** In ms, from `performance.now()`. */
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
  /** A sentence for the connection log. */
  text: string
  /** The `Last-Event-ID` that was sent. */
  sentId?: string
  /** How many messages had arrived by then. */
  count: number
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

/** Limits for the messages kept and their characters. All messages are counted. */
export const MAX_KEPT = 50_000
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
  /** The newest messages. */
  messages: Message[] = []
  steps: Step[] = []
  /** How many old steps were removed. */
  removedSteps = 0
  spans: Span[] = []
  ticks: Tick[] = []
  attempts = 0
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
    const next = delay === undefined ? 'Not reconnecting.' : `Reconnecting in ${Math.round(delay)} ms.`
    this.#step({ at, kind: delay === undefined ? 'failed' : 'lost', text: `${text}. ${next}` })
    this.#enter(delay === undefined ? 'CLOSED' : 'CONNECTING', at)
  }

  closed(at: number, text: string): void {
    if (this.state === 'CLOSED') return
    this.#step({ at, kind: 'closed', text })
    this.#enter('CLOSED', at)
  }

  message(at: number, type: string, lastEventId: string, data: string): Message {
    const message = { number: ++this.count, at, type, lastEventId, data }
    this.lastEventId = lastEventId
    this.messages.push(message)
    this.#characters += data.length
    // Remove a tenth at a time, because each removal moves the whole list.
    if (this.messages.length > MAX_KEPT * 1.1 || this.#characters > MAX_CHARACTERS) this.#trim()
    const last = this.ticks.at(-1)
    if (last && at - last.at < TOGETHER) last.count++
    else this.ticks.push({ at, count: 1 })
    if (this.ticks.length > MAX_TICKS) this.ticks.splice(0, MAX_TICKS / 10)
    return message
  }

  #trim(): void {
    let count = Math.max(this.messages.length - MAX_KEPT, 1)
    let kept = this.#characters
    for (const [index, { data }] of this.messages.entries()) {
      if (index >= count && kept <= MAX_CHARACTERS * 0.9) break
      kept -= data.length
      count = Math.max(count, index + 1)
    }
    // Always keep the last message, however large it is.
    count = Math.min(count, this.messages.length - 1)
    for (const { data } of this.messages.splice(0, count)) this.#characters -= data.length
  }

  #step(step: Omit<Step, 'count'>): void {
    this.steps.push({ ...step, count: this.count })
    if (this.steps.length > MAX_STEPS) {
      this.steps.shift()
      this.removedSteps++
    }
  }

  #enter(state: State, at: number): void {
    const last = this.spans.at(-1)
    this.state = state
    if (last?.state === state) return
    if (last) last.to = at
    this.spans.push({ state, from: at })
    if (this.spans.length > MAX_STEPS) this.spans.shift()
  }
}
