/** The life of an event source as the standard has it: what the server does goes in, what listeners must see comes out. (HTML, 9.2) */

import { interpret } from '../fuzz/reference.ts'
import { Listeners, type HandledType, type Type } from './listeners.ts'

/** What waits for its turn: an event, or a change that nobody is told of. */
type Task =
  | { does: 'open' }
  | { does: 'message'; type: string; data: string; lastEventId: string }
  | { does: 'id'; lastEventId: string }
  | { does: 'lose'; reason: string; delay: number | undefined }
  | { does: 'fail'; reason: string }

export type Phase = 'requesting' | 'open' | 'over' | 'waiting' | 'closed'

/** How the sources under test are made: waits that grow, and stay short. */
export const FACTOR = 2
export const MAX_DELAY = 200
export const RECONNECTION_TIME = 0
const FLOOR = 100
/** A timer may end so much early, in ms. */
const EARLY = 2

export class Model {
  readonly listeners = new Listeners()
  /** Whether it has a URL; otherwise it was made of a stream. */
  readonly hasURL: boolean
  phase: Phase
  readyState = 0
  lastEventId = ''
  reconnectionTime: number
  /** How many requests there must have been. */
  requests: number
  /** What must have been seen and was not, or the other way round. */
  readonly violations: string[] = []
  #tasks: Task[] = []
  #seen = 0
  #mayRequestFrom = 0
  /** What has come over this connection, and with what it began. */
  #body = ''
  #before = { lastEventId: '', time: 0 }
  #messages = 0
  /** The last event ID string as of what has been read. */
  #readId = ''
  /** Requests in a row without a message; undefined where it depends on how much was read of what was dropped. */
  #fruitless: number | undefined = 0
  /** The reconnection time before what was sent last. */
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

  // What the server does.

  answer(): void {
    this.#open()
  }

  refuse(reason: string): void {
    this.#fail(reason)
  }

  /** No response comes, or its body ends or breaks off. */
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
    if (fresh.length > 0) this.#fruitless = 0
    this.#messages = messages.length
    this.#readId = lastEventId
    this.#timeBefore = this.reconnectionTime
    this.reconnectionTime = reconnectionTime
  }

  // What the client calls.

  close(): void {
    this.phase = 'closed'
    this.readyState = 2
    this.#tasks = []
  }

  /**
   * @param isSettled whether all that was sent has been read
   * @param time the reconnection time that the source has then: what it had not read yet is dropped
   */
  reconnect(isSettled: boolean, time: number): void {
    if (this.readyState === 2) return
    if (!isSettled) this.#fruitless = undefined
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

  // What is seen of it.

  /** A request goes out. */
  requested(lastEventId: string): void {
    this.#seen++
    if (this.phase === 'waiting') {
      const early = this.#mayRequestFrom - performance.now()
      if (early > EARLY) this.violations.push(`a request came ${early.toFixed(1)} ms too early`)
      this.#request()
    }
    if (this.#seen > this.requests) this.violations.push(`there was a request while the source was ${this.phase}`)
    if (lastEventId !== this.lastEventId) {
      this.violations.push(`a request said Last-Event-ID "${lastEventId}" instead of "${this.lastEventId}"`)
    }
  }

  /**
   * A listener is called: the next thing that must happen is this.
   *
   * @param delay what the event says of the time to the next request
   */
  called(name: string, event: string, delay: number | undefined): void {
    const expected = this.#next()
    const call = `${name} hears ${event}`
    if (call !== expected) this.violations.push(`"${call}" instead of "${expected ?? 'nothing'}"`)
    else if (this.#announced !== undefined && delay !== this.#announced) {
      this.violations.push(`"${call}" speaks of ${delay} ms instead of ${this.#announced}`)
    }
  }

  /** Whether all has happened that must, besides a request after a wait. */
  get isQuiet(): boolean {
    return this.#tasks.every(({ does }) => does === 'id') && this.#seen === this.requests
  }

  /** Nothing more will happen by itself: what nobody listens to is done, and what somebody should have heard is missing. */
  settle(): void {
    for (let call = this.#next(); call !== undefined; call = this.#next())
      this.violations.push(`nothing instead of "${call}"`)
    if (this.#seen !== this.requests) this.violations.push(`${this.#seen} requests instead of ${this.requests}`)
  }

  #next(): string | undefined {
    for (;;) {
      const name = this.listeners.next()
      if (name !== undefined) return `${name} hears ${this.#event}`
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
        this.#dispatch('error', `${task.reason}, comes back`, task.delay)
        break
      case 'fail':
        this.close()
        this.#dispatch('error', `${task.reason}, for good`)
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
    if (this.#fruitless !== undefined) this.#fruitless++
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
    if (this.#fruitless === undefined) return undefined
    const base = Math.max(FLOOR, this.reconnectionTime)
    return Math.min(base * FACTOR ** Math.max(0, this.#fruitless - 1), Math.max(MAX_DELAY, base))
  }
}
