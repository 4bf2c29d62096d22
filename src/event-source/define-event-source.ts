/** Defines the class `EventSource`. (HTML standard, 9.2.2) */

import { toDOMString } from '../input/checks.ts'
import { Connection } from '../connection/connection.ts'
import { FetchOpener } from '../connection/fetch-exchange.ts'
import { GivenExchange, givenStream } from '../connection/given-exchange.ts'
import { previewOfLimit } from '../connection/idle-timeout.ts'
import { readOptions } from '../connection/read-options.ts'
import { parseURL, displayURL } from '../connection/url.ts'
import { defineDispose } from '../platform/globals.ts'
import { EventTargetBase, patchEventTarget, missingBaseClasses } from '../platform/platform.ts'
import { defineInspection, previewOf, setPreview } from '../platform/platform.ts'
import { assertSupported } from '../platform/platform.ts'
import { CLOSED, CONNECTING, Dispatcher, OPEN, type ReadyState } from './dispatcher.ts'
import { HandlerAttributes } from './handler-attributes.ts'
import type { EventSourceConstructor } from './interface.ts'
import { defineConstants, defineInterface, keepPrototype } from './webidl.ts'

/** A function, so that bundlers can drop an unused class. */
export function defineEventSource(): EventSourceConstructor {
  // A property gives the class its name. As a second binding named `EventSource`, bundlers would rename it, which stacks would
  // show.
  const { EventSource } = {
    EventSource: class extends EventTargetBase {
      readonly #url: string
      readonly #withCredentials: boolean
      readonly #isFromStream: boolean
      readonly #dispatcher: Dispatcher
      #handlers: HandlerAttributes | undefined
      readonly #connection: Connection

      constructor(...args: [url?: unknown, options?: unknown]) {
        // An explicit `undefined` converts to the URL "undefined".
        if (args.length === 0) throw new TypeError('EventSource needs a URL')
        assertSupported('EventSource', ['AbortController', 'TextDecoder', 'URL'], missingBaseClasses())
        patchEventTarget(EventSource.prototype)
        super()
        keepPrototype(this, new.target)
        // Only fromReadableStream() passes one.
        const given = args[0] instanceof GivenExchange ? args[0] : undefined
        const input = given ?? toDOMString(args[0])
        const options = readOptions(args[1])
        const url = typeof input === 'string' ? parseURL(input) : input.url
        this.#url = url.href
        this.#isFromStream = given !== undefined
        this.#withCredentials = options.withCredentials
        this.#dispatcher = new Dispatcher(this, options.lastEventId, options.onComment)
        this.#connection = new Connection(this, given ?? new FetchOpener(url, options), options, this.#dispatcher)
        const { idleLimit } = this.#connection
        if (idleLimit) setPreview(this, () => ({ members: previewOfLimit(idleLimit) }))
        this.#connection.start()
      }

      static fromReadableStream(stream: unknown): EventSource {
        return new EventSource(givenStream(stream), { reconnect: false })
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
        const { isDispatching, readyState, lastEventId = '' } = this.#dispatcher
        // Code that has piped one body to its end continues after the last ID it contained, dispatched or not.
        const isAhead = this.#isFromStream && !isDispatching && readyState !== CLOSED
        return isAhead ? this.#connection.lastReadId : lastEventId
      }
      get reconnectionTime(): number {
        return this.#connection.reconnectionTime
      }

      /** Created on first use, because many sources use listeners only. */
      #attributes(): HandlerAttributes {
        return (this.#handlers ??= new HandlerAttributes(this))
      }
      get onopen(): object | null {
        return this.#attributes().get('open')
      }
      set onopen(value: unknown) {
        this.#attributes().set('open', value)
      }
      get onmessage(): object | null {
        return this.#attributes().get('message')
      }
      set onmessage(value: unknown) {
        this.#attributes().set('message', value)
      }
      get onerror(): object | null {
        return this.#attributes().get('error')
      }
      set onerror(value: unknown) {
        this.#attributes().set('error', value)
      }

      close(): void {
        this.#dispatcher.close()
        this.#connection.close()
      }
      reconnect(): void {
        if (this.#isFromStream) throw new TypeError('reconnect() needs a URL')
        if (this.#dispatcher.readyState === CLOSED) return
        this.#dispatcher.restart()
        this.#connection.reconnect()
      }
      reset(): void {
        if (!this.#isFromStream) {
          throw new TypeError('reset() needs a stream')
        }
        this.#connection.reset()
      }
    },
  }
  type EventSource = InstanceType<typeof EventSource>

  defineInspection(EventSource, (source) => {
    const { url, readyState, lastEventId, reconnectionTime } = source
    const state = ['CONNECTING', 'OPEN', 'CLOSED'][readyState] ?? ''
    const { members } = previewOf(source)
    return { state, members: { url: displayURL(new URL(url)), lastEventId, reconnectionTime, ...members } }
  })
  defineInterface(EventSource, 'EventSource', 1)
  Object.defineProperty(EventSource, 'fromReadableStream', { enumerable: true })
  defineDispose(EventSource.prototype, 'dispose', function (this: EventSource) {
    this.close()
  })
  // Code written for the `eventsource` package checks this before it passes the option `fetch`.
  Object.defineProperty(EventSource, Symbol.for('eventsource.supports-fetch-override'), { value: true })
  defineConstants(EventSource, { CONNECTING, OPEN, CLOSED })
  // A class can't declare the constants and the typed listeners of the interface.
  return EventSource as unknown as EventSourceConstructor
}
