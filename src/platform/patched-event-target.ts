/**
 * Patches an `EventTarget` like that of Workers. It reads an `on…` property of the target when it begins to dispatch and calls what
 * it finds, before all listeners; with a compatibility date before September 2026 an error in a listener leaves `dispatchEvent` and
 * the other listeners do not run; before August 2025 listeners have the wrong `this`. (Facts 21 and 22)
 */

import { reportError } from './globals.ts'

type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>
type Listener = EventListenerOrEventListenerObject

/** The property that the runtime is about to read: set when a dispatch begins, unset once it has been read. */
let upcoming: { target: EventTarget; type: string } | undefined

/** Whether it is the runtime that reads the target's `on…` property: it would call the handler. */
export function isReadByRuntime(target: EventTarget, type: string): boolean {
  const isIt = upcoming?.target === target && upcoming.type === type
  if (isIt) upcoming = undefined
  return isIt
}

/** The methods as the standard has them. */
export function patchHandlerCalls(base: Methods): Methods {
  const guards = new WeakMap<object, (event: Event) => void>()

  /** One guard for each listener, so that it can be added only once, and removed. */
  const guarded = (listener: Listener | null): Listener | null => {
    if ((typeof listener !== 'object' && typeof listener !== 'function') || listener === null) return listener
    let guard = guards.get(listener)
    if (!guard) {
      guard = (event) => {
        try {
          if (typeof listener === 'function') listener.call(event.currentTarget, event)
          else listener.handleEvent(event)
        } catch (error) {
          reportError(error)
        }
      }
      guards.set(listener, guard)
    }
    return guard
  }

  return {
    addEventListener(this: EventTarget, type, listener, ...options) {
      base.addEventListener.call(this, type, guarded(listener), ...options)
    },
    removeEventListener(this: EventTarget, type, listener, ...options) {
      base.removeEventListener.call(this, type, guarded(listener), ...options)
    },
    dispatchEvent(this: EventTarget, event) {
      // The runtime refuses what is not an event.
      upcoming = { target: this, type: (event as Event | undefined)?.type ?? '' }
      try {
        return base.dispatchEvent.call(this, event)
      } finally {
        upcoming = undefined
      }
    },
  }
}
