/**
 * The methods of an `EventTarget` like Node's, mended: a listener that is added while an event of its type is dispatched at its
 * target does not hear that event. (DOM standard, 2.9, "inner invoke": it iterates over a clone of the list)
 */

import { reportError } from './report.ts'

type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>
type Addition = Parameters<EventTarget['addEventListener']>

/** A dispatch under way. */
class Dispatch {
  target: EventTarget | undefined
  type: string | undefined
  /** What is to be added when it is over. */
  additions: Addition[] = []
}

/** Those methods of that class, which add such listeners when the dispatch is over. */
export function mendedAdditions(base: Methods): Methods {
  /** From the outermost; those past the depth are over, and used again: an object for each message would be slow. */
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
    addEventListener(this: EventTarget, ...addition) {
      const [type, listener] = addition
      // What is no listener, the runtime refuses.
      const isListener = typeof listener === 'function' || (typeof listener === 'object' && listener !== null)
      const dispatch = isListener ? find(this, type) : undefined
      if (dispatch) dispatch.additions.push(addition)
      else base.addEventListener.apply(this, addition)
    },
    removeEventListener(this: EventTarget, ...removal) {
      const [type, listener, options] = removal
      const dispatch = find(this, type)
      if (dispatch) {
        const isOther = (addition: Addition): boolean =>
          addition[1] !== listener || captures(addition[2]) !== captures(options)
        dispatch.additions = dispatch.additions.filter(isOther)
      }
      base.removeEventListener.apply(this, removal)
    },
    dispatchEvent(this: EventTarget, event) {
      // What is no event, the runtime refuses.
      const type = (event as Event | undefined)?.type
      // One within another of its type is heard by all that were added before it.
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

function captures(options: boolean | EventListenerOptions | undefined): boolean {
  return typeof options === 'object' ? Boolean(options.capture) : Boolean(options)
}
