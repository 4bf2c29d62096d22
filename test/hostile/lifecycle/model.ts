/** A model of the standard's event source lifecycle: predicts events and requests from server actions and calls. (HTML, 9.2) */

import { interpret } from '../fuzz/reference.ts'
import { Listeners, type HandledType, type Type } from './listeners.ts'

/** A queued event, or a queued change without an event. */
type Task =
  | { does: 'open' }
  | { does: 'message'; type: string; data: string; lastEventId: string }
  | { does: 'id'; lastEventId: string }
  | { does: 'lose'; reason: string; delay: number | undefined }
  | { does: 'fail'; reason: string }

export type Phase = 'requesting' | 'open' | 'over' | 'waiting' | 'closed'

/** Options of the sources under test: waits grow, but stay short. */
export const FACTOR = 2
export const MAX_DELAY = 200
export const RECONNECTION_TIME = 0
const FLOOR = 100
/** Tolerance for early timers, in ms. */
const EARLY = 2

export class Model {
  readonly listeners = new Listeners()
  /** Whether it has a URL; otherwise it reads a given stream. */
  readonly hasURL: boolean
  phase: Phase
  readyState = 0
  lastEventId = ''
  reconnectionTime: number
  /** Expected number of requests. */
  requests: number
  /** Differences between prediction and observation. */
  readonly violations: string[] = []
  #tasks: Task[] = []
  #seen = 0
  #mayRequestFrom = 0
  /** The body of this connection so far, and the state at its start. */
  #body = ''
  #before = { lastEventId: '', time: 0 }
  #messages = 0
  /** The last event ID string as of the text read. */
  #readId = ''
  /** Requests in a row without a message; undefined if it depends on how much of a canceled body was read. */
  #attemptsWithoutMessage: number | undefined = 0
  /** The reconnection time before the last text sent. */
  #timeBefore = NaN
  #event = ''
  #announced: number | undefined

  constructor(hasURL: boolean) {
    this.hasURL = hasURL
    this.reconnectionTime = hasURL ? RECONNECTION_TIME : 3_000
    this.requests = 0
    this.phase = 'over'
    if (hasURL) this.#request()
    else this.#open()
  }

  // Server actions

  answer(): void {
    this.#open()
  }

  refuse(reason: string): void {
    this.#fail(reason)
  }

  /** The request fails, or the body ends or breaks. */
  lose(reason: string): void {
    if (!this.hasURL) {
      this.#fail(reason)
      return
    }
    this.phase = 'over'
    this.#tasks.push({ does: 'lose', reason, delay: this.#delay() })
  }

  send(text: string): void {
    this.#body += text
    const { messages, lastEventId, reconnectionTime } = interpret(Buffer.from(this.#body), this.#before)
    const fresh = messages.slice(this.#messages)
    for (const [type, data, lastEventId] of fresh) this.#tasks.push({ does: 'message', type, data, lastEventId })
    if (lastEventId !== (fresh.at(-1)?.[2] ?? this.#readId)) this.#tasks.push({ does: 'id', lastEventId })
    if (fresh.length > 0) this.#attemptsWithoutMessage = 0
    this.#messages = messages.length
    this.#readId = lastEventId
    this.#timeBefore = this.reconnectionTime
    this.reconnectionTime = reconnectionTime
  }

  // Client calls

  close(): void {
    this.phase = 'closed'
    this.readyState = 2
    this.#tasks = []
  }

  /**
   * @param isSettled whether everything sent has been read
   * @param time the source's reconnection time, which may lack an unread `retry`
   */
  reconnect(isSettled: boolean, time: number): void {
    if (this.readyState === 2) return
    if (!isSettled) this.#attemptsWithoutMessage = undefined
    if (time === this.#timeBefore) this.reconnectionTime = time
    this.readyState = 0
    this.#tasks = []
    this.#request()
  }

  reset(): void {
    this.#begin(this.#readId)
  }

  setHandler(type: HandledType, name: string | null): void {
    this.listeners.setHandler(type, name)
  }

  // Observations

  /** The source sent a request. */
  requested(lastEventId: string): void {
    this.#seen++
    if (this.phase === 'waiting') {
      const early = this.#mayRequestFrom - performance.now()
      if (early > EARLY) this.violations.push(`a request came ${early.toFixed(1)} ms too early`)
      this.#request()
    }
    if (this.#seen > this.requests) this.violations.push(`there was a request while the source was ${this.phase}`)
    if (lastEventId !== this.lastEventId) {
      this.violations.push(`a request sent Last-Event-ID "${lastEventId}" instead of "${this.lastEventId}"`)
    }
  }

  /**
   * A listener was called, which must be the next predicted call.
   *
   * @param delay the event's time to the next request
   */
  called(name: string, event: string, delay: number | undefined): void {
    const expected = this.#next()
    const call = `${name} receives ${event}`
    if (call !== expected) this.violations.push(`"${call}" instead of "${expected ?? 'nothing'}"`)
    else if (this.#announced !== undefined && delay !== this.#announced) {
      this.violations.push(`"${call}" has a delay of ${delay} ms instead of ${this.#announced}`)
    }
  }

  /** Whether everything predicted has happened, except a request after a wait. */
  get isQuiet(): boolean {
    return this.#tasks.every(({ does }) => does === 'id') && this.#seen === this.requests
  }

  /** Completes tasks without listeners, and reports predicted calls that are missing. */
  settle(): void {
    for (let call = this.#next(); call !== undefined; call = this.#next())
      this.violations.push(`nothing instead of "${call}"`)
    if (this.#seen !== this.requests) this.violations.push(`${this.#seen} requests instead of ${this.requests}`)
  }

  #next(): string | undefined {
    for (;;) {
      const name = this.listeners.next()
      if (name !== undefined) return `${name} receives ${this.#event}`
      const task = this.#tasks.shift()
      if (!task) return undefined
      this.#run(task)
    }
  }

  #run(task: Task): void {
    switch (task.does) {
      case 'open':
        this.readyState = 1
        this.#dispatch('open')
        break
      case 'message':
        this.lastEventId = task.lastEventId
        this.#dispatch(task.type as Type, `"${task.data}" with id "${task.lastEventId}"`)
        break
      case 'id':
        this.lastEventId = task.lastEventId
        break
      case 'lose':
        this.readyState = 0
        this.phase = 'waiting'
        this.#mayRequestFrom = performance.now() + (task.delay ?? FLOOR)
        this.#dispatch('error', `${task.reason}, reconnects`, task.delay)
        break
      case 'fail':
        this.close()
        this.#dispatch('error', `${task.reason}, permanent`)
        break
    }
  }

  #dispatch(type: Type, what = '', delay?: number): void {
    this.#event = `${type} ${what}`
    this.#announced = delay
    this.listeners.dispatch(type)
  }

  #request(): void {
    this.requests++
    if (this.#attemptsWithoutMessage !== undefined) this.#attemptsWithoutMessage++
    this.phase = 'requesting'
  }

  #open(): void {
    this.phase = 'open'
    this.#begin(this.lastEventId)
    this.#tasks.push({ does: 'open' })
  }

  #begin(lastEventId: string): void {
    this.#body = ''
    this.#messages = 0
    this.#readId = lastEventId
    this.#before = { lastEventId, time: this.reconnectionTime }
  }

  #fail(reason: string): void {
    this.phase = 'over'
    this.#tasks.push({ does: 'fail', reason })
  }

  #delay(): number | undefined {
    if (this.#attemptsWithoutMessage === undefined) return undefined
    const base = Math.max(FLOOR, this.reconnectionTime)
    return Math.min(base * FACTOR ** Math.max(0, this.#attemptsWithoutMessage - 1), Math.max(MAX_DELAY, base))
  }
}
