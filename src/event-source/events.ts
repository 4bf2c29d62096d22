/** The classes of the events that a source dispatches. */

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
 * The platform's `MessageEvent`, but faster: in Node its constructor takes five times as long as this one with all that a dispatch
 * costs. Where the platform has none, this is the `constructor` of messages, and so takes the same arguments.
 */
export const Message: MessageConstructor = /* @__PURE__ */ defineMessageEvent()

function defineMessageEvent(): MessageConstructor {
  class Message extends EventBase {
    readonly #data: string
    readonly #origin: string
    readonly #lastEventId: string

    constructor(type: string, { data = null as never, origin = '', lastEventId = '' }: MessageInit = {}) {
      super(type)
      // Cheaper for each message than to compare prototypes.
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
    // The platform's own getters throw on an object that the platform did not make.
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
  // What is left of MessageEvent's members it inherits.
  return Message as unknown as MessageConstructor
}

/**
 * Makes messages instances of the platform's `MessageEvent`. Not before the first source is made: in Node, to look at
 * `MessageEvent` is to load undici.
 */
export function inheritFromMessageEvent(): void {
  const MessageEvent = hostFunction('MessageEvent')
  const prototype: unknown = MessageEvent?.prototype
  // A test environment's may be of another family.
  if (prototype instanceof EventBase) {
    Object.setPrototypeOf(Message.prototype, prototype)
    // `new event.constructor(event.type, event)` makes a copy that the platform knows.
    showConstructor(Message, MessageEvent)
  }
}

/**
 * An `open` event: the connection has been established, the first time or again. (HTML standard, 9.2.3, "announce the connection")
 */
export interface OpenEvent extends Event {
  /**
   * The response that the messages come from: for its status and headers. Its body is being read.
   *
   * @throws a `TypeError` where the source was made of a stream
   */
  readonly response: Response
}

type OpenEventConstructor = new (type: string, response: FetchLikeResponse | undefined) => OpenEvent

/** The class of `open` events. Not public, and so not of the interface's name: declarations would show it. */
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
      // Or as much of one as the caller's fetch returned.
      return this.#response as Response
    }
  }

  defineInterface(OpenEvent, 'OpenEvent')
  // To the standard it is a plain Event.
  showConstructor(OpenEvent, EventBase)
  // A response would show its URL, query and all.
  defineInspection(OpenEvent, ({ type }) => ({ name: 'OpenEvent', members: { type } }))
  return OpenEvent
}

/**
 * What every `error` event has.
 *
 * @inline
 */
interface AnyErrorEvent extends Event {
  /** Why, with all that is known. */
  readonly error: ConnectionError
  /** What happened, in a sentence. */
  readonly message: string
  /** The HTTP status of a response that was refused. */
  readonly status: number | undefined
  /** `status`, under the name that the `eventsource` package has for it. */
  readonly code: number | undefined
}

/**
 * Of a connection that comes back.
 *
 * @inline
 */
interface Loss extends AnyErrorEvent {
  /** Whether the connection will be reestablished. */
  readonly willReconnect: true
  /** In how many milliseconds, if so. */
  readonly delay: number
}

/**
 * Of one that does not.
 *
 * @inline
 */
interface End extends AnyErrorEvent {
  /** It will not be reestablished. */
  readonly willReconnect: false
  /** There is no wait. */
  readonly delay: undefined
}

/**
 * An `error` event: the connection was lost, and `readyState` is CONNECTING, or has failed, and it is CLOSED. Where it will be
 * reestablished, `willReconnect` is true and `delay` says in how many milliseconds; otherwise they are false and undefined. (HTML
 * standard, 9.2.3, "reestablish the connection" and "fail the connection")
 */
export type ErrorEvent = Loss | End

/**
 * What an `error` event is made of.
 *
 * @inline
 */
interface ErrorEventInit {
  /** Why. */
  readonly error: ConnectionError
  /** In ms to the reconnection; none where there will be none. */
  readonly delay?: number | undefined
}

/**
 * The class `ErrorEvent`.
 *
 * @inline
 */
interface ErrorEventConstructor {
  /**
   * An event like those of a source.
   *
   * @param type such as `error`
   * @param error why
   * @param delay ms to the reconnection; none where there will be none
   */
  new (type: string, error: ConnectionError, delay?: number): ErrorEvent
  /**
   * A copy of an event: `new event.constructor(event.type, event)`.
   *
   * @param type such as `error`
   * @param init an `error` event, or an object with its `error` and `delay`
   */
  new (type: string, init: ErrorEventInit): ErrorEvent
  /** What all of them inherit from. */
  readonly prototype: ErrorEvent
  /** Every class has it. Declared, because TypeScript 5.3 and later narrow the `else` of `instanceof` to the other types by it. */
  [Symbol.hasInstance](value: unknown): value is ErrorEvent
}

/** The class of `error` events: for `instanceof`, and for tests that make such events. */
export const ErrorEvent: ErrorEventConstructor = /* @__PURE__ */ defineErrorEvent()

function defineErrorEvent(): ErrorEventConstructor {
  class ErrorEvent extends EventBase {
    readonly #error: ConnectionError
    readonly #delay: number | undefined

    /** @param delay ms to the reconnection; none where there will be none */
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
  // A class cannot declare that two of its members go together.
  return ErrorEvent as unknown as ErrorEventConstructor
}
