/** The WHATWG interface: what a page or a script sees. (HTML standard, 9.2.2) */

import { Connection } from '../connection/connection.ts'
import { readOptions } from '../connection/read-options.ts'
import { parseURL } from '../connection/url.ts'
import { EventTargetBase } from '../platform/event-target.ts'
import { CLOSED, CONNECTING, Dispatcher, OPEN, type ReadyState } from './dispatcher.ts'
import { HandlerAttributes } from './handler-attributes.ts'
import type { EventSource as EventSourceInstance, EventSourceConstructor } from './interface.ts'
import { defineConstants, defineDispose, defineInterface, makeEnumerable, toDOMString } from './webidl.ts'

export type EventSource = EventSourceInstance
export const EventSource: EventSourceConstructor = /* @__PURE__ */ defineEventSource()

/** In a function that a bundler can drop when nobody uses the class. */
function defineEventSource(): EventSourceConstructor {
  class EventSource extends EventTargetBase {
    readonly #url: string
    readonly #withCredentials: boolean
    readonly #dispatcher: Dispatcher
    readonly #handlers = new HandlerAttributes(this)
    readonly #connection: Connection

    constructor(...args: [url?: unknown, options?: unknown]) {
      // `undefined` is a URL, no argument is none.
      if (args.length === 0) throw new TypeError('EventSource needs a URL: new EventSource(url)')
      super()
      const input = toDOMString(args[0])
      const options = readOptions(args[1])
      const parsed = parseURL(input)
      this.#url = parsed.href
      this.#withCredentials = options.withCredentials
      this.#dispatcher = new Dispatcher(this, options.lastEventId, options.onComment)
      this.#connection = new Connection(parsed, options, this.#dispatcher)
      this.#connection.start()
    }

    get url(): string {
      return this.#url
    }
    get withCredentials(): boolean {
      return this.#withCredentials
    }
    get readyState(): ReadyState {
      return this.#dispatcher.readyState
    }
    get lastEventId(): string {
      return this.#dispatcher.lastEventId ?? ''
    }
    get reconnectionTime(): number {
      return this.#connection.reconnectionTime
    }

    get onopen(): object | null {
      return this.#handlers.get('open')
    }
    set onopen(value: unknown) {
      this.#handlers.set('open', value)
    }
    get onmessage(): object | null {
      return this.#handlers.get('message')
    }
    set onmessage(value: unknown) {
      this.#handlers.set('message', value)
    }
    get onerror(): object | null {
      return this.#handlers.get('error')
    }
    set onerror(value: unknown) {
      this.#handlers.set('error', value)
    }

    close(): void {
      this.#dispatcher.close()
      this.#connection.close()
    }
    reconnect(): void {
      if (this.#dispatcher.readyState === CLOSED) return
      this.#dispatcher.restart()
      this.#connection.reconnect()
    }
  }

  const attributes = ['url', 'withCredentials', 'readyState', 'lastEventId', 'reconnectionTime']
  makeEnumerable(EventSource.prototype, [...attributes, 'onopen', 'onmessage', 'onerror', 'close', 'reconnect'])
  defineDispose(EventSource.prototype, function (this: EventSource) {
    this.close()
  })
  defineConstants(EventSource, { CONNECTING, OPEN, CLOSED })
  defineInterface(EventSource, 'EventSource', 1)
  // A class cannot declare what the interface does: the constants, and listeners that know their event.
  return EventSource as unknown as EventSourceConstructor
}
