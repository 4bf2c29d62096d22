/**
 * The methods of an `EventTarget` like that of Workers, mended: it reads an `on…` property of the target when it begins to
 * dispatch and calls what it finds, before all listeners; with a compatibility date before September 2026 it lets out what a
 * listener throws, and the other listeners do not run; before August 2025 listeners have a `this` of their own. (Facts 21 and 22)
 */

import { reportError } from './report.ts'

type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>
type Listener = EventListenerOrEventListenerObject

/** What the runtime is about to look at: set when a dispatch begins, and gone once it has looked. */
let upcoming: { target: EventTarget; type: string } | undefined

/** Whether it is the runtime that reads the target's `on…` property: what it finds there it would call. */
export function isReadByRuntime(target: EventTarget, type: string): boolean {
  const isIt = upcoming?.target === target && upcoming.type === type
  if (isIt) upcoming = undefined
  return isIt
}

/** The methods of that class of events' targets as they should be. */
export function mended(base: Methods): Methods {
  const guards = new WeakMap<object, (event: Event) => void>()

  /** The same for the same listener: it can be added once, and removed. */
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
      // What is no event, the runtime refuses.
      upcoming = { target: this, type: (event as Event | undefined)?.type ?? '' }
      try {
        return base.dispatchEvent.call(this, event)
      } finally {
        upcoming = undefined
      }
    },
  }
}
