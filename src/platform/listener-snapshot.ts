/**
 * Patches an `EventTarget` like Node's: a listener that is added while an event of its type is dispatched at its target does not
 * hear that event. (DOM standard, 2.9, "inner invoke": it iterates over a clone of the list)
 *
 * Two edge cases remain, because the platform does not list its listeners: a listener added while an event of the same type is
 * dispatched within another hears the outer one too, and a `once` listener that is added again before its turn hears the next event
 * as well.
 */

import { reportError, runtime } from './globals.ts'

type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>
type Listener = EventListenerOrEventListenerObject
type Addition = [type: string, listener: Listener, options: AddEventListenerOptions]

/** A dispatch in progress. */
class Dispatch {
  target: EventTarget | undefined
  type: string | undefined
  /** Added when the dispatch is over. */
  additions: Addition[] = []
}

/** Methods that add such listeners when the dispatch is over. */
export function snapshotListeners(base: Methods): Methods {
  /** From the outermost; those past the depth are over and reused: an object for each message would be slow. */
  const dispatches: Dispatch[] = []
  let depth = 0

  /** The outermost of that type at that target. */
  const find = (target: EventTarget, type: string): Dispatch | undefined => {
    for (let index = 0; index < depth; index++) {
      const dispatch = dispatches[index]
      if (dispatch?.target === target && dispatch.type === type) return dispatch
    }
    return undefined
  }

  const add = (dispatch: Dispatch): void => {
    if (dispatch.additions.length === 0) return
    for (const addition of dispatch.additions.splice(0)) {
      try {
        if (dispatch.target) base.addEventListener.apply(dispatch.target, addition)
      } catch (error) {
        reportError(error)
      }
    }
  }

  return {
    // WebIDL converts the type to a string.
    addEventListener(this: EventTarget, given: unknown, listener, options) {
      const type = String(given)
      const dispatch = find(this, type)
      if (dispatch && listener) {
        // With the options as they are now, and refused now if it is not a listener.
        const addition: Addition = [type, listener, flattened(options)]
        if (runtime.EventTarget) base.addEventListener.apply(new runtime.EventTarget(), addition)
        dispatch.additions.push(addition)
      } else base.addEventListener.call(this, type, listener, options)
    },
    removeEventListener(this: EventTarget, given: unknown, listener, options) {
      const type = String(given)
      const dispatch = find(this, type)
      if (dispatch) {
        const { capture } = flattened(options)
        dispatch.additions = dispatch.additions.filter(
          ([, other, { capture: others }]) => other !== listener || others !== capture,
        )
      }
      base.removeEventListener.call(this, type, listener, options)
    },
    dispatchEvent(this: EventTarget, event) {
      // The runtime refuses what is not an event.
      const type = (event as Event | undefined)?.type
      // An event within another of its type is heard by all that were added before it.
      const around = depth > 0 && type !== undefined ? find(this, type) : undefined
      if (around) add(around)
      const dispatch = (dispatches[depth++] ??= new Dispatch())
      dispatch.target = this
      dispatch.type = type
      try {
        return base.dispatchEvent.call(this, event)
      } finally {
        depth--
        add(dispatch)
        dispatch.target = undefined
      }
    },
  }
}

/** (DOM standard, 2.7, "flatten more") */
function flattened(options: unknown): AddEventListenerOptions & { capture: boolean } {
  if (typeof options !== 'object' || options === null) return { capture: Boolean(options) }
  const { capture, once, passive, signal } = options as Record<keyof AddEventListenerOptions, unknown>
  return {
    capture: Boolean(capture),
    once: Boolean(once),
    ...(passive !== undefined && { passive: Boolean(passive) }),
    ...(signal !== undefined && { signal: signal as AbortSignal }),
  }
}
