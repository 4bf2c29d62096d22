/** The base classes, and stand-ins for runtimes that lack them: importing works there, and the constructor says what is missing. */

import { hostFunction } from './globals.ts'
import { assertSupported, type Requirement } from './requirements.ts'

/** `EventTarget`, or a class whose constructor says that there is none. Chosen once, when the module loads. */
export const EventTargetBase = hostFunction('EventTarget') ?? (standIn('EventTarget') as typeof EventTarget)

/** `Event`, or its stand-in. */
export const EventBase = hostFunction('Event') ?? (standIn('Event') as typeof Event)

/** Which of them were missing when the module loaded. */
export function missingBaseClasses(): Requirement[] {
  const bases = { EventTarget: EventTargetBase, Event: EventBase }
  return (['EventTarget', 'Event'] as const).filter((name) => 'isStandIn' in bases[name])
}

/** The platform's own getter: a subclass may have another, and what is not an event has none. */
const typeProperty = Object.getOwnPropertyDescriptor(EventBase.prototype, 'type')

/** The type of an event; undefined for what is not an event. */
export function eventType(event: unknown): string | undefined {
  try {
    if (typeProperty?.get) return typeProperty.get.call(event) as string
    return event instanceof EventBase ? event.type : undefined
  } catch {
    return undefined
  }
}

function standIn(name: 'EventTarget' | 'Event'): unknown {
  const StandIn = function (): void {
    assertSupported('EventSource', [], [name])
  }
  return Object.assign(StandIn, { isStandIn: true })
}
