/** Types of listeners, named as in lib.dom and the `eventsource` package, because @types/node alone does not export them. */

/** A function to call for each event. */
export type EventListener = (event: Event) => void

/** An object with a method to call for each event. */
export interface EventListenerObject {
  /** Called for each event. */
  handleEvent(event: Event): void
}

/** A function, or an object with the method `handleEvent`. */
export type EventListenerOrEventListenerObject = EventListener | EventListenerObject

/** Options of `removeEventListener()`. */
export interface EventListenerOptions {
  /** Whether the listener was added with `capture`. */
  capture?: boolean | undefined
}

/** Options of `addEventListener()`. */
export interface AddEventListenerOptions extends EventListenerOptions {
  /** Whether to call the listener only once. */
  once?: boolean | undefined
  /** Whether the listener promises not to cancel the event. No effect here, because these events can't be canceled. */
  passive?: boolean | undefined
  /** Aborting the signal removes the listener. */
  signal?: AbortSignal | undefined
}
