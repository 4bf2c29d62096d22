/** The base classes, and stand-ins for runtimes that lack them: importing must work there, using must say what is missing. */

import { runtime } from './globals.ts'
import { mendedAdditions } from './late-listeners.ts'
import { mended } from './mended-event-target.ts'
import { need, type Requirement } from './requirements.ts'

/** `EventTarget`, or where there is none a class whose constructor says so. Chosen once, when the module loads. */
export const EventTargetBase = runtime.EventTarget ?? (standIn('EventTarget') as typeof EventTarget)

/** `Event`, or its stand-in. */
export const EventBase = runtime.Event ?? (standIn('Event') as typeof Event)

/** Which of them were missing when the module loaded. */
export function missingBases(): Requirement[] {
  const bases = { EventTarget: EventTargetBase, Event: EventBase }
  return (['EventTarget', 'Event'] as const).filter((name) => 'isStandIn' in bases[name])
}

let methods: Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'> = EventTargetBase.prototype
/** Whether it is known if they behave. */
let areKnown = false

/** Gives the prototype of a class methods of its own where the platform's do not behave; before the first of them is made. */
export function mendEventTarget(prototype: object): void {
  if (areKnown) return
  areKnown = true
  const repairs = []
  if (callsHandlerProperties()) repairs.push(mended)
  if (callsLateListeners()) repairs.push(mendedAdditions)
  if (repairs.length === 0) return
  for (const repair of repairs) methods = repair(methods)
  Object.assign(prototype, methods)
}

/** Dispatches as the platform does, whatever methods a subclass has of its own. */
export function dispatch(target: EventTarget, event: Event): void {
  methods.dispatchEvent.call(target, event)
}

/** The same for listeners. */
export function addListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  methods.addEventListener.call(target, type, listener)
}

export function removeListener(target: EventTarget, type: string, listener: (event: Event) => void): void {
  methods.removeEventListener.call(target, type, listener)
}

/** Whether dispatching calls `on…` properties of any target by itself, as workerd does. */
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
