/**
 * Patches an `EventTarget` like that of Workers, which calls the target's `on…` property before all listeners. With a
 * compatibility date before September 2026, `dispatchEvent` rethrows a listener's error and skips the other listeners. With one
 * before August 2025, listeners have the wrong `this`. (Conformance suite, facts 21 and 22)
 */

import { isFunction, isObject } from '../input/checks.ts'
import { eventType } from './base-classes.ts'
import { reportError } from './globals.ts'
import type { ListenerArguments, Methods } from './listener-snapshot.ts'

type Listener = EventListenerOrEventListenerObject

/** The `on…` property that the runtime is about to read: set when a dispatch begins, cleared after the read. */
let dispatching: { target: EventTarget; type: string } | undefined

/** Whether the runtime is reading the target's `on…` property, in order to call the handler. */
export function isReadByRuntime(target: EventTarget, type: string): boolean {
  const isHandlerRead = dispatching?.target === target && dispatching.type === type
  if (isHandlerRead) dispatching = undefined
  return isHandlerRead
}

/** Workers read `handleEvent` when the listener is added, and reject it unless it is a function. */
function guardObject(listener: EventListenerObject, callListener: (event: Event) => void): EventListenerObject {
  return {
    get handleEvent() {
      const given: unknown = Reflect.get(listener, 'handleEvent')
      return isFunction(given) ? callListener : (given as typeof callListener)
    },
  }
}

/** Wraps the methods to follow the standard. */
export function patchHandlerCalls(base: Methods): Methods {
  const guards = new WeakMap<object, Listener>()

  /** One guard per listener, so that adding it twice or removing it works. */
  const guarded = (listener: Listener | null): Listener | null => {
    if (!isObject(listener)) return listener
    let guard = guards.get(listener)
    if (!guard) {
      const callListener = (event: Event): void => {
        try {
          if (isFunction(listener)) Reflect.apply(listener, event.currentTarget, [event])
          else listener.handleEvent(event)
        } catch (error) {
          reportError(error)
        }
      }
      guard = isFunction(listener) ? callListener : guardObject(listener, callListener)
      guards.set(listener, guard)
    }
    return guard
  }

  /** Keeps the number of arguments: the runtime rejects too few. */
  const withGuard = (args: ListenerArguments): ListenerArguments => {
    if (args.length > 1) args[1] = guarded(args[1])
    return args
  }

  return {
    addEventListener(this: EventTarget, ...args) {
      base.addEventListener.apply(this, withGuard(args))
    },
    removeEventListener(this: EventTarget, ...args) {
      base.removeEventListener.apply(this, withGuard(args))
    },
    dispatchEvent(this: EventTarget, ...args) {
      // The runtime rejects a value that is not an event.
      dispatching = { target: this, type: eventType(args[0]) ?? '' }
      try {
        return base.dispatchEvent.apply(this, args)
      } finally {
        dispatching = undefined
      }
    },
  }
}
