/** The base classes, and stand-ins for runtimes that lack them: importing works there, using says what is missing. */

import { runtime } from './globals.ts'
import { snapshotListeners } from './listener-snapshot.ts'
import { patchHandlerCalls } from './patched-event-target.ts'
import { need, type Requirement } from './requirements.ts'

export { isReadByRuntime } from './patched-event-target.ts'

/** `EventTarget`, or a class whose constructor says that there is none. Chosen once, when the module loads. */
export const EventTargetBase = runtime.EventTarget ?? (standIn('EventTarget') as typeof EventTarget)

/** `Event`, or its stand-in. */
export const EventBase = runtime.Event ?? (standIn('Event') as typeof Event)

/** Which of them were missing when the module loaded. */
export function missingBases(): Requirement[] {
  const bases = { EventTarget: EventTargetBase, Event: EventBase }
  return (['EventTarget', 'Event'] as const).filter((name) => 'isStandIn' in bases[name])
}

let methods: Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'> = EventTargetBase.prototype
let isProbed = false

/** Gives a prototype its own methods where the platform's deviate from the standard. Called before its first instance is made. */
export function patchEventTarget(prototype: object): void {
  if (isProbed) return
  const patches = []
  if (callsHandlerProperties()) patches.push(patchHandlerCalls)
  if (callsLateListeners()) patches.push(snapshotListeners)
  if (patches.length > 0) {
    const patched = patches.reduce((base, patch) => patch(base), methods)
    for (const [name, value] of Object.entries<unknown>(patched)) {
      // An assignment fails where the platform's prototypes are frozen.
      Object.defineProperty(prototype, name, { value, writable: true, enumerable: true, configurable: true })
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
function callsLateListeners(): boolean {
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

function standIn(name: 'EventTarget' | 'Event'): unknown {
  const StandIn = function (): void {
    need('EventSource', [], [name])
  }
  return Object.assign(StandIn, { isStandIn: true })
}
