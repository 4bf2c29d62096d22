/**
 * Patches an `EventTarget` like Node's, so that a listener added during a dispatch does not receive the same event. (DOM
 * standard, 2.9, "inner invoke": it iterates over a clone of the list)
 *
 * Two edge cases remain, because the platform does not list its listeners. A listener added during a nested dispatch of the same
 * type also receives the outer event. A `once` listener that is added again before its turn also receives the next event.
 *
 * The platform itself converts and validates all arguments, so the patched methods behave exactly like its own. (Conformance
 * suite, fact 21)
 */

import { isObject, toDOMString } from '../input/checks.ts'
import { EventBase, EventTargetBase, eventType } from './base-classes.ts'
import { reportError } from './globals.ts'

export type Methods = Pick<EventTarget, 'addEventListener' | 'removeEventListener' | 'dispatchEvent'>

/** The arguments of `addEventListener` and `removeEventListener`, as many as the caller passed. */
export type ListenerArguments = Parameters<Methods['addEventListener']>

/** A dispatch in progress. */
class Dispatch {
  target: EventTarget | undefined
  type: string | undefined
  /** Listeners to add after the dispatch. */
  additions: ListenerArguments[] = []
}

/** Wraps the methods so that listeners added during a dispatch are added after it. */
export function snapshotListeners(base: Methods): Methods {
  /** Starts with the outermost. Entries past the depth are reused, because an object for each message would be slow. */
  const dispatches: Dispatch[] = []
  let depth = 0

  /** The outermost dispatch for the target, and for the type if given. */
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

  /** Whether the platform considers the removal to match the addition. */
  const removes = ([, listener, options]: ListenerArguments, removal: ListenerArguments): boolean => {
    if (listener !== removal[1]) return false
    let wasCalled = false
    const target = new EventTargetBase()
    const probe = (): void => {
      wasCalled = true
    }
    // A signal would retain the probe, and may be aborted by now.
    const added = typeof options === 'object' ? { ...options, signal: undefined as never } : options
    base.addEventListener.call(target, 'probe', probe, added)
    base.removeEventListener.call(target, 'probe', probe, removal[2])
    base.dispatchEvent.call(target, new EventBase('probe'))
    return !wasCalled
  }

  return {
    addEventListener(this: EventTarget, ...args) {
      if (depth === 0 || !find(this) || !args[1]) {
        base.addEventListener.apply(this, args)
        return
      }
      const { recorders, recorded } = recording(args)
      // Throws now if the arguments are invalid.
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
      // The platform rejects a value that is not an event.
      if (type === undefined) return base.dispatchEvent.apply(this, args)
      // A nested event of the same type reaches all listeners added before it. The platform rejects an event already being
      // dispatched.
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
 * Returns `recorders`, arguments that record the platform's reads in the same order and number, and `recorded`, the same
 * arguments with the converted type and the options as read.
 */
function recording(args: ListenerArguments): { recorders: ListenerArguments; recorded: ListenerArguments } {
  const recorders: unknown[] = [...args]
  const recorded: unknown[] = [...args]
  const [type, , options] = args as unknown[]
  // The platform rejects symbols.
  if (isObject(type)) recorders[0] = { toString: () => (recorded[0] = toDOMString(type)) }
  else if (typeof type !== 'symbol') recorded[0] = toDOMString(type)
  if (isObject(options)) {
    const read = Object.create(null) as Record<string | symbol, unknown>
    recorded[2] = read
    recorders[2] = new Proxy(options, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        if (value !== undefined) read[key] = value
        // The caller's signal would retain the target used for recording.
        return value instanceof AbortSignal && !value.aborted ? new AbortController().signal : value
      },
    })
  }
  return { recorders, recorded } as unknown as ReturnType<typeof recording>
}
