/** `onopen`, `onmessage`, `onerror`. (HTML standard, 8.1.8.1, "event handlers") */

import { isObject } from '../input/checks.ts'
import { addListener, removeListener } from '../platform/event-target.ts'
import { isReadByRuntime } from '../platform/mended-event-target.ts'

interface Handler {
  callback: object
  listener: (event: Event) => void
}

/** The event handlers of one target. */
export class HandlerAttributes {
  readonly #target: EventTarget
  readonly #handlers = new Map<string, Handler>()

  constructor(target: EventTarget) {
    this.#target = target
  }

  get(type: string): object | null {
    if (isReadByRuntime(this.#target, type)) return null
    return this.#handlers.get(type)?.callback ?? null
  }

  /** Primitives become null. Replacing a handler keeps its place among the listeners; null gives the place up. */
  set(type: string, value: unknown): void {
    const callback = isObject(value) ? value : null
    const handler = this.#handlers.get(type)
    if (callback === null) {
      if (handler) removeListener(this.#target, type, handler.listener)
      this.#handlers.delete(type)
    } else if (handler) {
      handler.callback = callback
    } else {
      this.#activate(type, callback)
    }
  }

  #activate(type: string, callback: object): void {
    const handler: Handler = {
      callback,
      listener: (event) => {
        if (typeof handler.callback === 'function') handler.callback.call(this.#target, event)
      },
    }
    this.#handlers.set(type, handler)
    addListener(this.#target, type, handler.listener)
  }
}
