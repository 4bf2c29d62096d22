/** The platform's `EventTarget` as the standard has it: its methods are patched where they deviate. */

import { EventBase, EventTargetBase } from './base-classes.ts'
import { snapshotListeners } from './listener-snapshot.ts'
import { patchHandlerCalls } from './patched-event-target.ts'

export { isReadByRuntime } from './patched-event-target.ts'

let methods: Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'> = EventTargetBase.prototype
let isProbed = false

/**
 * Gives a prototype its own methods where the platform's deviate from the standard. Called before its first instance is made.
 *
 * @throws a `TypeError` where `Event` and `EventTarget` don't work together
 */
export function patchEventTarget(prototype: object): void {
  if (isProbed) return
  const patches = []
  try {
    if (callsHandlerProperties()) patches.push(patchHandlerCalls)
    if (callsAddedListeners()) patches.push(snapshotListeners)
  } catch (cause) {
    throw new TypeError(
      'Event and EventTarget are incompatible. Use both from the same realm or polyfill, and load them before everysource.',
      { cause },
    )
  }
  if (patches.length > 0) {
    const patched = patches.reduce((base, patch) => patch(base), methods)
    for (const [name, value] of Object.entries(patched)) {
      const { length } = methods[name as keyof typeof patched]
      Object.defineProperty(value, 'length', { value: length, configurable: true })
      // An assignment fails where the platform's prototypes are frozen; this does nothing where ours is.
      Reflect.defineProperty(prototype, name, { value, writable: true, enumerable: true, configurable: true })
    }
    methods = patched
  }
  isProbed = true
}

/** Dispatches as the platform does, whatever a subclass overrides. */
export function dispatch(target: EventTarget, event: Event): void {
  methods.dispatchEvent.call(target, event)
}

export function addListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  methods.addEventListener.call(target, type, listener)
}

export function removeListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  methods.removeEventListener.call(target, type, listener)
}

/** Whether dispatching calls `on…` properties of any target, as workerd does. */
function callsHandlerProperties(): boolean {
  let called = false
  const target = Object.assign(new EventTargetBase(), {
    onprobe: () => {
      called = true
    },
  })
  target.dispatchEvent(new EventBase('probe'))
  return called
}

/** Whether a listener hears the event in whose dispatch it was added, as in Node. */
function callsAddedListeners(): boolean {
  let called = false
  const target = new EventTargetBase()
  const late = (): void => {
    called = true
  }
  target.addEventListener('probe', () => {
    target.addEventListener('probe', late)
  })
  // Node looks one listener ahead.
  target.addEventListener('probe', () => undefined)
  target.dispatchEvent(new EventBase('probe'))
  return called
}
