/** The platform's `EventTarget`, with patches for methods that deviate from the standard. */

import { EventBase, EventTargetBase } from './base-classes.ts'
import { snapshotListeners } from './listener-snapshot.ts'
import { patchHandlerCalls } from './patched-event-target.ts'

export { isReadByRuntime } from './patched-event-target.ts'

type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>

let methods: Methods = EventTargetBase.prototype
/** Undefined until the platform has been probed. */
let patches: Partial<Methods> | undefined
const patched = new WeakSet()

/**
 * Defines patched methods on a prototype if the platform's deviate from the standard. Called before its first instance is
 * created.
 *
 * @throws a `TypeError` if `Event` and `EventTarget` are incompatible
 */
export function patchEventTarget(prototype: object): void {
  if (patched.has(prototype)) return
  patches ??= findPatches()
  for (const [name, value] of Object.entries(patches)) {
    // Assignment would throw if the platform's prototypes are frozen; this does nothing if ours is.
    Reflect.defineProperty(prototype, name, { value, writable: true, enumerable: true, configurable: true })
  }
  patched.add(prototype)
}

function findPatches(): Partial<Methods> {
  const needed = []
  try {
    if (callsHandlerProperties()) needed.push(patchHandlerCalls)
    if (callsAddedListeners()) needed.push(snapshotListeners)
  } catch (cause) {
    throw new TypeError(
      'Event and EventTarget are incompatible. Use both from the same realm or polyfill, and load them before everysource',
      { cause },
    )
  }
  if (needed.length === 0) return {}
  const replacements = needed.reduce((base, patch) => patch(base), methods)
  for (const [name, value] of Object.entries(replacements)) {
    const { length } = methods[name as keyof Methods]
    Object.defineProperty(value, 'length', { value: length, configurable: true })
  }
  return (methods = replacements)
}

/** Dispatches with the platform's method, even if a subclass overrides it. */
export function dispatch(target: EventTarget, event: Event): void {
  methods.dispatchEvent.call(target, event)
}

export function addListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  methods.addEventListener.call(target, type, listener)
}

export function removeListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  methods.removeEventListener.call(target, type, listener)
}

/** Whether dispatching calls the `on…` properties of any target, as in workerd. */
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

/** Whether a listener added during a dispatch receives the same event, as in Node. */
function callsAddedListeners(): boolean {
  let called = false
  const target = new EventTargetBase()
  const late = (): void => {
    called = true
  }
  target.addEventListener('probe', () => {
    target.addEventListener('probe', late)
  })
  // Node reads one listener ahead.
  target.addEventListener('probe', () => undefined)
  target.dispatchEvent(new EventBase('probe'))
  return called
}
