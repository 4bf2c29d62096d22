/**
 * Patches an `EventTarget` like Node's: a listener that is added while an event of its type is dispatched at its target does not
 * hear that event. (DOM standard, 2.9, "inner invoke": it iterates over a clone of the list)
 *
 * Two edge cases remain, because the platform does not list its listeners: a listener added while an event of the same type is
 * dispatched within another hears the outer one too, and a `once` listener that is added again before its turn hears the next event
 * as well.
 *
 * The platform itself converts and refuses all arguments, so that the patched methods cannot be told from its own. (Fact 21)
 */

import { isObject, toDOMString } from '../input/checks.ts'
import { EventBase, EventTargetBase, eventType } from './base-classes.ts'
import { reportError } from './globals.ts'

export type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>

/** What `addEventListener` and `removeEventListener` get, as many as the caller passed. */
export type ListenerArguments = Parameters<Methods['addEventListener']>

/** A dispatch in progress. */
class Dispatch {
  target: EventTarget | undefined
  type: string | undefined
  /** Added when the dispatch is over. */
  additions: ListenerArguments[] = []
}

/** Methods that add such listeners when the dispatch is over. */
export function snapshotListeners(base: Methods): Methods {
  /** From the outermost; those past the depth are over and reused: an object for each message would be slow. */
  const dispatches: Dispatch[] = []
  let depth = 0

  /** The outermost at that target, of that type if one is given. */
  const find = (target: EventTarget, type?: string): Dispatch | undefined => {
    for (let index = 0; index < depth; index++) {
      const dispatch = dispatches[index]
      if (dispatch?.target === target && (type === undefined || dispatch.type === type)) return dispatch
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

  /** Whether the platform takes that removal for one of that addition. */
  const removes = ([, listener, options]: ListenerArguments, removal: ListenerArguments): boolean => {
    if (listener !== removal[1]) return false
    let isThere = false
    const target = new EventTargetBase()
    const probe = (): void => {
      isThere = true
    }
    // A signal would keep the probe, and may be aborted by now.
    const added = typeof options === 'object' ? { ...options, signal: undefined as never } : options
    base.addEventListener.call(target, 'probe', probe, added)
    base.removeEventListener.call(target, 'probe', probe, removal[2])
    base.dispatchEvent.call(target, new EventBase('probe'))
    return !isThere
  }

  return {
    addEventListener(this: EventTarget, ...args) {
      if (depth === 0 || !find(this) || !args[1]) {
        base.addEventListener.apply(this, args)
        return
      }
      const { recorders, recorded } = recording(args)
      // Refused now if it is refused at all.
      base.addEventListener.apply(new EventTargetBase(), recorders)
      const dispatch = find(this, recorded[0])
      if (dispatch) dispatch.additions.push(recorded)
      else base.addEventListener.apply(this, recorded)
    },
    removeEventListener(this: EventTarget, ...args) {
      if (depth === 0 || !find(this)) {
        base.removeEventListener.apply(this, args)
        return
      }
      const { recorders, recorded } = recording(args)
      base.removeEventListener.apply(this, recorders)
      const dispatch = find(this, recorded[0])
      if (dispatch) dispatch.additions = dispatch.additions.filter((addition) => !removes(addition, recorded))
    },
    dispatchEvent(this: EventTarget, ...args) {
      const type = eventType(args[0])
      // The platform refuses what is not an event.
      if (type === undefined) return base.dispatchEvent.apply(this, args)
      // An event within another of its type is heard by all that were added before it; one that is dispatched already is refused.
      const around = depth > 0 && args[0].eventPhase === 0 ? find(this, type) : undefined
      if (around) add(around)
      const dispatch = (dispatches[depth++] ??= new Dispatch())
      dispatch.target = this
      dispatch.type = type
      try {
        return base.dispatchEvent.apply(this, args)
      } finally {
        depth--
        add(dispatch)
        dispatch.target = undefined
      }
    },
  }
}

/**
 * Arguments that record what the platform reads of them, in its order and as often as it does: `recorded` are the same arguments with
 * the type converted and the options as they were read.
 */
function recording(args: ListenerArguments): { recorders: ListenerArguments; recorded: ListenerArguments } {
  const recorders: unknown[] = [...args]
  const recorded: unknown[] = [...args]
  const [type, , options] = args as unknown[]
  // The platform refuses symbols.
  if (isObject(type)) recorders[0] = { toString: () => (recorded[0] = toDOMString(type)) }
  else if (typeof type !== 'symbol') recorded[0] = toDOMString(type)
  if (isObject(options)) {
    const read = Object.create(null) as Record<string | symbol, unknown>
    recorded[2] = read
    recorders[2] = new Proxy(options, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        if (value !== undefined) read[key] = value
        // The target of the recording would stay among the caller's listeners.
        return value instanceof AbortSignal && !value.aborted ? new AbortController().signal : value
      },
    })
  }
  return { recorders, recorded } as unknown as ReturnType<typeof recording>
}
