/** The classes of the events that a source dispatches. */

import type { ConnectionError } from '../connection/connection-error.ts'
import { EventBase } from '../platform/event-target.ts'
import { runtime } from '../platform/globals.ts'
import type { SourceMessageEvent } from './interface.ts'
import { defineInterface, makeEnumerable } from './webidl.ts'

interface MessageConstructor {
  new (type: string, data: string, origin: string, lastEventId: string): SourceMessageEvent
  readonly prototype: SourceMessageEvent
}

/**
 * The platform's `MessageEvent` in all but its constructor, which in Node takes five times as long as this one with all that
 * a dispatch costs.
 */
export const Message: MessageConstructor = /* @__PURE__ */ defineMessageEvent()

function defineMessageEvent(): MessageConstructor {
  class Message extends EventBase {
    readonly #data: string
    readonly #origin: string
    readonly #lastEventId: string

    constructor(type: string, data: string, origin: string, lastEventId: string) {
      super(type)
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
  makeEnumerable(Message.prototype, ['data', 'origin', 'lastEventId', 'source', 'ports'])
  defineInterface(Message, 'MessageEvent', 1)
  // What is left of MessageEvent's members it inherits.
  return Message as unknown as MessageConstructor
}

/**
 * Makes messages instances of the platform's `MessageEvent`. Not before the first source is made: in Node, to look at
 * `MessageEvent` is to load undici.
 */
export function inheritFromMessageEvent(): void {
  const prototype: unknown = runtime.MessageEvent?.prototype
  // A test environment's may be of another family.
  if (prototype instanceof EventBase) Object.setPrototypeOf(Message.prototype, prototype)
}

/** An `error` event: the connection was lost, and `readyState` is CONNECTING, or has failed, and it is CLOSED. */
export interface ErrorEvent extends Event {
  /** Why. */
  readonly error: ConnectionError
  /** What happened, in a sentence. */
  readonly message: string
}

interface ErrorEventConstructor {
  new (type: string, error: ConnectionError): ErrorEvent
  readonly prototype: ErrorEvent
}

/** The class of `error` events. */
export const ErrorEvent: ErrorEventConstructor = /* @__PURE__ */ defineErrorEvent()

function defineErrorEvent(): ErrorEventConstructor {
  class ErrorEvent extends EventBase {
    readonly #error: ConnectionError

    constructor(type: string, error: ConnectionError) {
      super(type)
      this.#error = error
    }

    get error(): ConnectionError {
      return this.#error
    }
    get message(): string {
      return this.#error.message
    }
  }

  makeEnumerable(ErrorEvent.prototype, ['error', 'message'])
  // Not more of an interface: to the standard it is a plain Event, and says `[object Event]`.
  Object.defineProperty(ErrorEvent, 'name', { value: 'ErrorEvent', configurable: true })
  return ErrorEvent
}
