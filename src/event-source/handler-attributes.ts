/** The handlers `onopen`, `onmessage` and `onerror`. (HTML standard, 8.1.8.1, "event handlers") */

import { isObject } from '../input/checks.ts'
import { addListener, removeListener } from '../platform/platform.ts'
import { isReadByRuntime } from '../platform/platform.ts'

export type HandledType = 'open' | 'message' | 'error'

interface Handler {
  callback: object
  listener: (event: Event) => void
}

/** The event handlers of one target. */
export class HandlerAttributes {
  readonly #target: EventTarget
  readonly #handlers: Partial<Record<HandledType, Handler | undefined>> = {}

  constructor(target: EventTarget) {
    this.#target = target
  }

  get(type: HandledType): object | null {
    if (isReadByRuntime(this.#target, type)) return null
    return this.#handlers[type]?.callback ?? null
  }

  /** Primitives become null. A replaced handler keeps its place among the listeners. After null, a new handler goes last. */
  set(type: HandledType, value: unknown): void {
    const handler = this.#handlers[type]
    if (!isObject(value)) {
      if (handler) removeListener(this.#target, type, handler.listener)
      this.#handlers[type] = undefined
    } else if (handler) {
      handler.callback = value
    } else {
      const added: Handler = {
        callback: value,
        listener: (event) => {
          if (typeof added.callback === 'function') added.callback.call(this.#target, event)
        },
      }
      this.#handlers[type] = added
      addListener(this.#target, type, added.listener)
    }
  }
}
