/** Events as plain objects, for loops and streams. */

/** Constraint for a map of event names to the types of their `data`: the data must be a string. */
export type EventsMap<Events> = { [Type in keyof Events]: string }

/** An event of a stream. */
export interface StreamEvent<Type extends string = string, Data extends string = string> {
  /** The value of the event's `event` field, or `message`. */
  readonly type: Type
  /** The values of the event's `data` fields, joined by line feeds. */
  readonly data: Data
  /** The value of the event's own `id` field. Absent if it has none. */
  readonly id?: string
  /** The last event ID string as of this event: its own `id`, or else the last one before it. Empty if there was none. */
  readonly lastEventId: string
}

/** The events described by such a map, as a union discriminated by `type`. */
export type EventOf<Events extends EventsMap<Events>> = {
  [Type in keyof Events & string]: StreamEvent<Type, Events[Type]>
}[keyof Events & string]

/** Creates an event from the arguments of `DecoderSink.message()`. */
export function streamEvent(type: string, data: string, lastEventId: string, id: string | undefined): StreamEvent {
  type ||= 'message'
  return id === undefined ? { type, data, lastEventId } : { type, data, id, lastEventId }
}
