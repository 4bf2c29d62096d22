/** What listeners are, under the names that lib.dom and the `eventsource` package have: with @types/node alone, they are nowhere. */

/** A function that is called for events. */
export type EventListener = (event: Event) => void

/** An object whose method is called for events. */
export interface EventListenerObject {
  /** Called for each event. */
  handleEvent(event: Event): void
}

/** Either of them. */
export type EventListenerOrEventListenerObject = EventListener | EventListenerObject

/** Options of `removeEventListener()`. */
export interface EventListenerOptions {
  /** Whether the listener was added with `capture`. */
  capture?: boolean | undefined
}

/** Options of `addEventListener()`. */
export interface AddEventListenerOptions extends EventListenerOptions {
  /** Whether the listener is removed when it has been called. */
  once?: boolean | undefined
  /** Whether the listener never cancels the event; these cannot be cancelled. */
  passive?: boolean | undefined
  /** Aborting it removes the listener. */
  signal?: AbortSignal | undefined
}
