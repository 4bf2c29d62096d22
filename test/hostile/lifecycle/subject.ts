/** A source and its model, which receive the same actions. */

import assert from 'node:assert/strict'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { EventSource } from 'everysource'
import { TYPES, type HandledType, type Type } from './listeners.ts'
import { FACTOR, MAX_DELAY, Model, RECONNECTION_TIME } from './model.ts'
import { HandDrivenServer } from './server.ts'

/** Actions of a listener. */
export const ACTS = [
  'nothing',
  'throws',
  'closes',
  'reconnects',
  'aborts',
  'resets',
  'replaces the handler',
  'removes the handler',
  'adds a listener',
  'removes a listener',
  'removes itself',
] as const
export type Act = (typeof ACTS)[number]

/** Time limit for expected events, in ms. */
const PATIENCE = 120_000
/** Event loop iterations to wait for unexpected events. */
const ITERATIONS = 4

/** The error of a throwing listener, which the runtime reports. */
export class Thrown extends Error {
  readonly subject: Subject

  constructor(subject: Subject) {
    super('thrown by a listener')
    this.subject = subject
  }
}

export class Subject {
  readonly model: Model
  readonly server: HandDrivenServer
  readonly #source: EventSource
  readonly #caller = new AbortController()
  readonly #callbacks = new Map<string, (event: Event) => void>()
  #callbackCount = 0
  #isSettled = true
  #thrown = 0
  /** Number of such errors the runtime reported. */
  reported = 0

  constructor(EventSourceClass: typeof EventSource, hasURL: boolean) {
    const model = new Model(hasURL)
    this.model = model
    this.server = new HandDrivenServer((lastEventId) => {
      model.requested(lastEventId)
    })
    this.#source = hasURL
      ? new EventSourceClass('http://model.test/', {
          fetch: this.server.fetch as unknown as typeof fetch,
          signal: this.#caller.signal,
          reconnectionTime: RECONNECTION_TIME,
          reconnect: { factor: FACTOR, maxDelay: MAX_DELAY, jitter: 0, resetAfter: Infinity },
        })
      : EventSourceClass.fromReadableStream(this.server.body())
    for (const type of TYPES) this.listen(type, 'nothing')
  }

  // Client calls

  close(): void {
    this.model.close()
    this.#source.close()
  }

  abort(): void {
    if (this.model.hasURL) this.model.close()
    this.#caller.abort()
  }

  reconnect(): void {
    if (this.model.hasURL) {
      this.model.reconnect(this.#isSettled, this.#source.reconnectionTime)
      this.#source.reconnect()
    } else {
      assert.throws(() => {
        this.#source.reconnect()
      }, TypeError)
    }
  }

  reset(): void {
    if (this.model.hasURL) {
      assert.throws(() => {
        this.#source.reset()
      }, TypeError)
    } else {
      this.model.reset()
      this.#source.reset()
    }
  }

  listen(type: Type, act: Act, once = false): void {
    const { name, callback } = this.#callback(type, act)
    this.model.listeners.add(type, name, once)
    this.#source.addEventListener(type, callback, { once })
  }

  /** Removes the listener at that position, if any, but never the first one, which observes every event. */
  removeListener(type: Type, place: number): void {
    const names = this.model.listeners.named(type).slice(1)
    const name = names[place % names.length]
    if (name !== undefined) this.#remove(type, name)
  }

  setHandler(type: HandledType, act: Act | null): void {
    const { name, callback } = act === null ? { name: null, callback: null } : this.#callback(type, act)
    this.model.setHandler(type, name)
    this.#source[`on${type}`] = callback
  }

  /** The last text may be unread. */
  hurry(): void {
    this.#isSettled = false
  }

  /** Waits for all expected events, and throws if any is missing or unexpected. */
  async settle(): Promise<void> {
    await this.until(() => this.model.isQuiet)
    for (let count = 0; count < ITERATIONS; count++) await setImmediate()
    const { model } = this
    model.settle()
    this.#isSettled = true
    assert.deepEqual(model.violations, [])
    assert.equal(this.#source.readyState, model.readyState, 'readyState')
    assert.equal(this.#source.lastEventId, model.lastEventId, 'lastEventId')
    // Canceled text may have been read or not.
    if (model.readyState !== 2) assert.equal(this.#source.reconnectionTime, model.reconnectionTime, 'reconnectionTime')
    assert.equal(this.reported, this.#thrown, 'reported errors of listeners')
    assert.equal(this.server.pending, model.phase === 'requesting' ? 1 : 0, 'pending requests')
    assert.equal(this.server.reading, model.phase === 'open' ? 1 : 0, 'bodies being read')
  }

  /** Waits until a condition holds, with event loop iterations first, then with timers. */
  async until(holds: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE
    for (let count = 0; !holds() && performance.now() < end; count++)
      await (count < 50 ? setImmediate() : setTimeout(5))
  }

  #callback(type: Type, act: Act): { name: string; callback: (event: Event) => void } {
    const name = `${type} listener ${this.#callbackCount++}, which ${act === 'nothing' ? 'does nothing' : act},`
    const callback = (event: Event): void => {
      this.model.called(name, described(event), (event as Partial<{ delay: number }>).delay)
      if (this.#source.readyState !== this.model.readyState)
        this.model.violations.push(`${name} sees a different readyState`)
      if (this.#source.lastEventId !== this.model.lastEventId)
        this.model.violations.push(`${name} sees a different lastEventId`)
      this.#act(type, name, act)
    }
    this.#callbacks.set(name, callback)
    return { name, callback }
  }

  #remove(type: Type, name: string): void {
    this.model.listeners.remove(type, name)
    this.#source.removeEventListener(type, this.#callbacks.get(name) ?? null)
  }

  #act(type: Type, name: string, act: Act): void {
    const handled = type === 'ping' ? 'message' : type
    if (act === 'closes') this.close()
    if (act === 'reconnects') this.reconnect()
    if (act === 'aborts') this.abort()
    if (act === 'resets') this.reset()
    if (act === 'replaces the handler') this.setHandler(handled, 'nothing')
    if (act === 'removes the handler') this.setHandler(handled, null)
    if (act === 'adds a listener') this.listen(type, 'nothing')
    if (act === 'removes a listener') this.removeListener(type, 1)
    if (act === 'removes itself') this.#remove(type, name)
    if (act === 'throws') {
      this.#thrown++
      throw new Thrown(this)
    }
  }
}

/** An event in the model's words. */
function described(event: Event): string {
  const { type } = event
  if (event instanceof MessageEvent) {
    const { data, lastEventId } = event as MessageEvent<string>
    return `${type} "${data}" with id "${lastEventId}"`
  }
  if (!('error' in event)) return `${type} `
  const { error, willReconnect } = event as Event & { error: { reason: string }; willReconnect: boolean }
  return `${type} ${error.reason}, ${willReconnect ? 'reconnects' : 'permanent'}`
}
