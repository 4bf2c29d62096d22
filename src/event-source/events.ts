/** The event classes of a source. */

import type { ConnectionError } from '../connection/connection-error.ts'
import type { FetchLikeResponse } from '../connection/request.ts'
import { EventBase } from '../platform/platform.ts'
import { hostFunction } from '../platform/globals.ts'
import { isObject } from '../input/checks.ts'
import { defineInspection } from '../platform/platform.ts'
import type { SourceMessageEvent } from './interface.ts'
import { defineInterface, keepPrototype, showConstructor } from './webidl.ts'

interface MessageInit {
  data?: string
  origin?: string
  lastEventId?: string
}

interface MessageConstructor {
  new (type: string, init?: MessageInit): SourceMessageEvent
  readonly prototype: SourceMessageEvent
}

/**
 * A faster `MessageEvent`. In Node, the platform's constructor alone takes five times as long as this one plus the dispatch. If
 * the platform has no `MessageEvent`, this class is the `constructor` of messages, so it takes the same arguments.
 */
export const Message: MessageConstructor = /* @__PURE__ */ defineMessageEvent()

function defineMessageEvent(): MessageConstructor {
  class Message extends EventBase {
    readonly #data: string
    readonly #origin: string
    readonly #lastEventId: string

    constructor(type: string, { data = null as never, origin = '', lastEventId = '' }: MessageInit = {}) {
      super(type)
      // Cheaper per message than comparing prototypes.
      if (!('data' in this)) keepPrototype(this, Message)
      this.#data = data
      this.#origin = origin
      this.#lastEventId = lastEventId
    }

    get data(): string {
      return this.#data
    }
    get origin(): string {
      return this.#origin
    }
    get lastEventId(): string {
      return this.#lastEventId
    }
    // The platform's getters throw on objects that it did not create.
    get source(): null {
      return null
    }
    get ports(): readonly [] {
      return NO_PORTS
    }
    /** Chromium */
    get userActivation(): null {
      return null
    }
  }

  const NO_PORTS = Object.freeze([] as const)
  defineInterface(Message, 'MessageEvent', 1)
  defineInspection(Message, ({ type, data, lastEventId, origin }) => ({ members: { type, data, lastEventId, origin } }))
  // The remaining members are inherited from MessageEvent.
  return Message as unknown as MessageConstructor
}

/**
 * Makes messages instances of the platform's `MessageEvent`. Called when the first source is created, because reading the global
 * `MessageEvent` makes Node load undici.
 */
export function inheritFromMessageEvent(): void {
  const MessageEvent = hostFunction('MessageEvent')
  const prototype: unknown = MessageEvent?.prototype
  // A test environment's MessageEvent may not extend this Event class.
  if (prototype instanceof EventBase) {
    Object.setPrototypeOf(Message.prototype, prototype)
    // So that `new event.constructor(event.type, event)` makes a copy that the platform can dispatch.
    showConstructor(Message, MessageEvent)
  }
}

/**
 * An `open` event: the connection was established, for the first time or again. (HTML standard, 9.2.3, "announce the connection")
 */
export interface OpenEvent extends Event {
  /**
   * The response, for its status and headers. Its body is already being read.
   *
   * @throws a `TypeError` if the source was created from a stream
   */
  readonly response: Response
}

type OpenEventConstructor = new (type: string, response: FetchLikeResponse | undefined) => OpenEvent

/**
 * The class of `open` events. Named differently from the interface, because declarations would otherwise export the class too.
 */
export const OpenEventClass: OpenEventConstructor = /* @__PURE__ */ defineOpenEvent()

function defineOpenEvent(): OpenEventConstructor {
  class OpenEvent extends EventBase {
    readonly #response: FetchLikeResponse | undefined

    constructor(type: string, response: FetchLikeResponse | undefined) {
      super(type)
      keepPrototype(this, OpenEvent)
      this.#response = response
    }

    get response(): Response {
      if (!this.#response) throw new TypeError('A stream has no Response')
      // A custom fetch may return an object with only some of the members of Response.
      return this.#response as Response
    }
  }

  defineInterface(OpenEvent, 'OpenEvent')
  // In the standard, `open` is a plain Event.
  showConstructor(OpenEvent, EventBase)
  // Leaves out the response, because inspecting it shows its URL with the query.
  defineInspection(OpenEvent, ({ type }) => ({ name: 'OpenEvent', members: { type } }))
  return OpenEvent
}

/**
 * Members of every `error` event.
 *
 * @inline
 */
interface AnyErrorEvent extends Event {
  /** The reason and its details. */
  readonly error: ConnectionError
  /** A sentence that says what happened: the `message` of `error`. */
  readonly message: string
  /** The HTTP status of a refused response. `undefined` if no response was refused. */
  readonly status: number | undefined
  /** Alias of `status`, for compatibility with the `eventsource` package. */
  readonly code: number | undefined
}

/**
 * The event of a lost connection.
 *
 * @inline
 */
interface Loss extends AnyErrorEvent {
  /** Whether the source will reconnect. */
  readonly willReconnect: true
  /** Milliseconds until the source reconnects. `undefined` if it won't. */
  readonly delay: number
}

/**
 * The event of a connection that failed permanently.
 *
 * @inline
 */
interface End extends AnyErrorEvent {
  /** The source will not reconnect. */
  readonly willReconnect: false
  /** Always `undefined`. */
  readonly delay: undefined
}

/**
 * An `error` event. (HTML standard, 9.2.3, "reestablish the connection" and "fail the connection")
 *
 * - The connection was lost: `readyState` is CONNECTING, `willReconnect` is `true`, and `delay` is the wait in milliseconds.
 * - The connection failed permanently: `readyState` is CLOSED, `willReconnect` is `false`, and `delay` is `undefined`.
 */
export type ErrorEvent = Loss | End

/**
 * The init of an `error` event.
 *
 * @inline
 */
interface ErrorEventInit {
  /** Why the connection was lost or failed. */
  readonly error: ConnectionError
  /** Milliseconds until the reconnection. Omit it if there is none. */
  readonly delay?: number | undefined
}

/**
 * The class `ErrorEvent`.
 *
 * @inline
 */
interface ErrorEventConstructor {
  /**
   * Creates an event like those of a source.
   *
   * @param type usually `error`
   * @param error why the connection was lost or failed
   * @param delay milliseconds until the reconnection. Omit it if there is none
   * @throws a `TypeError` if `error` is not an object
   */
  new (type: string, error: ConnectionError, delay?: number): ErrorEvent
  /**
   * Copies an event: `new event.constructor(event.type, event)`.
   *
   * @param type usually `error`
   * @param init an `error` event, or an object with its `error` and `delay`
   */
  new (type: string, init: ErrorEventInit): ErrorEvent
  /** The prototype of all `error` events. */
  readonly prototype: ErrorEvent
  /** Declared so that TypeScript 5.3 and later narrow the `else` branch of `instanceof` too. */
  [Symbol.hasInstance](value: unknown): value is ErrorEvent
}

/** The class of `error` events, for `instanceof` and for creating such events in tests. */
export const ErrorEvent: ErrorEventConstructor = /* @__PURE__ */ defineErrorEvent()

function defineErrorEvent(): ErrorEventConstructor {
  class ErrorEvent extends EventBase {
    readonly #error: ConnectionError
    readonly #delay: number | undefined

    constructor(type: string, error: ConnectionError | ErrorEventInit, delay?: number) {
      super(type)
      if (!isObject(error)) throw new TypeError('ErrorEvent needs a ConnectionError')
      keepPrototype(this, new.target)
      const given = 'error' in error ? error : { error, delay }
      this.#error = given.error
      this.#delay = given.delay
    }

    get error(): ConnectionError {
      return this.#error
    }
    get message(): string {
      return this.#error.message
    }
    get status(): number | undefined {
      return this.#error.status
    }
    get code(): number | undefined {
      return this.#error.status
    }
    get willReconnect(): boolean {
      return this.#delay !== undefined
    }
    get delay(): number | undefined {
      return this.#delay
    }
  }

  defineInterface(ErrorEvent, 'ErrorEvent')
  defineInspection(ErrorEvent, ({ type, error, willReconnect, delay }) => ({
    members: { type, error, willReconnect, delay },
  }))
  // A class can't declare that `willReconnect` and `delay` depend on each other.
  return ErrorEvent as unknown as ErrorEventConstructor
}
