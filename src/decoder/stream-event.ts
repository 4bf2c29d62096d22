/** What a message of a stream is where there are no DOM events. */

/** What a map of event names to the types of their `data` has to be: the data of an event is text, whatever it stands for. */
export type EventsMap<Events> = { [Type in keyof Events]: string }

/** An event of a stream. */
export interface StreamEvent<Type extends string = string, Data extends string = string> {
  /** What the field `event` says; `message` where there is none. */
  readonly type: Type
  /** The lines of the fields `data`, joined by line feeds. */
  readonly data: Data
  /** What the field `id` of this very event says. Absent where it has none. */
  readonly id?: string
  /** The last event ID string as of this event: its own `id`, or else that of an event before it; empty where there was none. */
  readonly lastEventId: string
}

/** The events that a map of names to types of `data` describes: a union to tell apart by `type`. */
export type EventOf<Events extends EventsMap<Events>> = {
  [Type in keyof Events & string]: StreamEvent<Type, Events[Type]>
}[keyof Events & string]

/** Takes what a decoder reports. */
export function streamEvent(type: string, data: string, lastEventId: string, id: string | undefined): StreamEvent {
  type ||= 'message'
  return id === undefined ? { type, data, lastEventId } : { type, data, id, lastEventId }
}
