/** The base classes, and stand-ins for runtimes that lack them: importing must work there, using must say what is missing. */

import { runtime } from './globals.ts'

/** `EventTarget`, or where there is none a class whose constructor says so. Chosen once, when the module loads. */
export const EventTargetBase = runtime.EventTarget ?? (missing('EventTarget') as typeof EventTarget)

/** `Event`, or its stand-in. */
export const EventBase = runtime.Event ?? (missing('Event') as typeof Event)

/** Dispatches as the platform does, whatever methods a subclass has of its own. */
export function dispatch(target: EventTarget, event: Event): void {
  EventTargetBase.prototype.dispatchEvent.call(target, event)
}

/** The same for listeners. */
export function addListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  EventTargetBase.prototype.addEventListener.call(target, type, listener)
}

export function removeListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  EventTargetBase.prototype.removeEventListener.call(target, type, listener)
}

/** Whether dispatching calls `on…` properties of any target by itself, as workerd does: a handler must not run twice. */
export function callsHandlerProperties(): boolean {
  let called = false
  const target = Object.assign(new EventTargetBase(), {
    onprobe: () => {
      called = true
    },
  })
  dispatch(target, new EventBase('probe'))
  return called
}

function missing(name: string): unknown {
  return function () {
    throw new TypeError(
      `This runtime has no ${name}, which EventSource is built on. Load a polyfill of it before everysource, such as event-target-polyfill.`,
    )
  }
}
