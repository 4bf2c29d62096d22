/** The base classes. Where the runtime lacks one, importing still works, and the constructor throws. */

import { hostFunction } from './globals.ts'
import { assertSupported, type Requirement } from './requirements.ts'

/** `EventTarget`, or a class whose constructor throws. Chosen once, when the module loads. */
export const EventTargetBase = hostFunction('EventTarget') ?? (standIn('EventTarget') as typeof EventTarget)

export const EventBase = hostFunction('Event') ?? (standIn('Event') as typeof Event)

/** The base classes that were missing when the module loaded. */
export function missingBaseClasses(): Requirement[] {
  const bases = { EventTarget: EventTargetBase, Event: EventBase }
  return (['EventTarget', 'Event'] as const).filter((name) => 'isStandIn' in bases[name])
}

/** The platform's own getter. It ignores overrides in subclasses and throws if the value is not an event. */
const typeProperty = Object.getOwnPropertyDescriptor(EventBase.prototype, 'type')

/** The type of an event; undefined if the value is not an event. */
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
