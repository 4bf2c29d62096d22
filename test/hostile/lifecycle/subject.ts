/** A source and its model: whatever is done, is done to both. */

import assert from 'node:assert/strict'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { EventSource } from 'everysource'
import { TYPES, type HandledType, type Type } from './listeners.ts'
import { FACTOR, MAX_DELAY, Model, RECONNECTION_TIME } from './model.ts'
import { HandDrivenServer } from './server.ts'

/** What a listener does, besides being called. */
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

/** How long what must happen may take, in ms. */
const PATIENCE = 120_000
/** How many turns of the loop what must not happen is waited for. */
const TURNS = 4

/** What a listener throws, which the runtime reports. */
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
  /** How many of those errors the runtime has reported. */
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

  // What the client calls.

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

  /** Removes the one at that place, if there is any; never the very first, without which nobody would know what has happened. */
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

  /** Something was sent that may not have been read. */
  hurry(): void {
    this.#isSettled = false
  }

  /** Waits until what must happen has happened, and throws what should not have, or is missing. */
  async settle(): Promise<void> {
    await this.until(() => this.model.isQuiet)
    for (let turn = 0; turn < TURNS; turn++) await setImmediate()
    const { model } = this
    model.settle()
    this.#isSettled = true
    assert.deepEqual(model.violations, [])
    assert.equal(this.#source.readyState, model.readyState, 'readyState')
    assert.equal(this.#source.lastEventId, model.lastEventId, 'lastEventId')
    // What was dropped may have been read or not.
    if (model.readyState !== 2) assert.equal(this.#source.reconnectionTime, model.reconnectionTime, 'reconnectionTime')
    assert.equal(this.reported, this.#thrown, 'errors of listeners that were reported')
    assert.equal(this.server.asking, model.phase === 'requesting' ? 1 : 0, 'requests that have no answer')
    assert.equal(this.server.reading, model.phase === 'open' ? 1 : 0, 'bodies that are being read')
  }

  /** Until a condition holds, which it does at once or with a timer. */
  async until(holds: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE
    for (let turn = 0; !holds() && performance.now() < end; turn++) await (turn < 50 ? setImmediate() : setTimeout(5))
  }

  #callback(type: Type, act: Act): { name: string; callback: (event: Event) => void } {
    const name = `${type} listener ${this.#callbackCount++}, which ${act === 'nothing' ? 'does nothing' : act},`
    const callback = (event: Event): void => {
      this.model.called(name, described(event), (event as Partial<{ delay: number }>).delay)
      if (this.#source.readyState !== this.model.readyState)
        this.model.violations.push(`${name} sees another readyState`)
      if (this.#source.lastEventId !== this.model.lastEventId)
        this.model.violations.push(`${name} sees another lastEventId`)
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

/** As the model tells it. */
function described(event: Event): string {
  const { type } = event
  if (event instanceof MessageEvent) {
    const { data, lastEventId } = event as MessageEvent<string>
    return `${type} "${data}" with id "${lastEventId}"`
  }
  if (!('error' in event)) return `${type} `
  const { error, willReconnect } = event as Event & { error: { reason: string }; willReconnect: boolean }
  return `${type} ${error.reason}, ${willReconnect ? 'comes back' : 'for good'}`
}
