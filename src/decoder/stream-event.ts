/** A message without DOM events: for loops and streams. */

/** What a map of event names to the types of their `data` must extend: the data of an event is text. */
export type EventsMap<Events> = { [Type in keyof Events]: string }

/** An event of a stream. */
export interface StreamEvent<Type extends string = string, Data extends string = string> {
  /** The value of the field `event`, or `message`. */
  readonly type: Type
  /** The lines of the fields `data`, joined by line feeds. */
  readonly data: Data
  /** The value of this event's own `id` field. Absent if it has none. */
  readonly id?: string
  /** The last event ID string as of this event: its own `id`, or else the latest before it. Empty if there was none. */
  readonly lastEventId: string
}

/** The events that such a map describes: a union that `type` discriminates. */
export type EventOf<Events extends EventsMap<Events>> = {
  [Type in keyof Events & string]: StreamEvent<Type, Events[Type]>
}[keyof Events & string]

/** Makes an event of what a decoder reports. */
export function streamEvent(type: string, data: string, lastEventId: string, id: string | undefined): StreamEvent {
  type ||= 'message'
  return id === undefined ? { type, data, lastEventId } : { type, data, id, lastEventId }
}
