/** Node's `fetch` ends a body after 300 s without a byte; an event stream may be silent for longer. */

import { isFunction } from '../input/checks.ts'
import { tryGet, runtime } from './globals.ts'

type Dispatch = (options: object, handler: object) => boolean

/** What Node's `fetch` takes as `dispatcher`. */
interface Dispatcher {
  dispatch: Dispatch
}

/**
 * A dispatcher that passes everything on to the caller's, or else to the current global one, without its time limits. What
 * `setGlobalDispatcher` installed, a proxy or a mock, stays in charge.
 */
export function noTimeoutDispatcher(callers: unknown): Dispatcher {
  if (!callers) return { dispatch: dispatchWithoutTimeouts }
  return { dispatch: (options, handler) => (callers as Dispatcher).dispatch(withoutTimeouts(options), handler) }
}

/** One function for all connections; the object around it is each request's own, because a caller's fetch may change it. */
function dispatchWithoutTimeouts(options: object, handler: object): boolean {
  return requireGlobalDispatcher(handler).dispatch(withoutTimeouts(options), handler)
}

function withoutTimeouts(options: object): object {
  return { ...options, bodyTimeout: 0, headersTimeout: 0 }
}

/**
 * Whether a global dispatcher is within reach: Node installs it with the first request. The fetch of edge-runtime, and of realms
 * such as Jest's, is undici's too, but its global dispatcher is out of sight.
 */
export function hasGlobalDispatcher(): boolean {
  return (
    tryGet(() => Boolean(runtime.process?.versions?.undici) && isFunction(getGlobalDispatcher({})?.dispatch)) === true
  )
}

/**
 * The dispatcher that speaks the handler's language. Two may be installed: undici's up to version 7 sits under `.1` and
 * calls `handler.onConnect`, later ones sit under `.2` and call `handler.onRequestStart`.
 */
function requireGlobalDispatcher(handler: object): Dispatcher {
  const dispatcher = getGlobalDispatcher(handler)
  if (!dispatcher) throw new Error('undici has no global dispatcher')
  return dispatcher
}

function getGlobalDispatcher(handler: object): Dispatcher | undefined {
  const [first, second] = 'onRequestStart' in handler ? [2, 1] : [1, 2]
  const globals = globalThis as unknown as Record<symbol, Dispatcher | undefined>
  return (
    globals[Symbol.for(`undici.globalDispatcher.${first}`)] ?? globals[Symbol.for(`undici.globalDispatcher.${second}`)]
  )
}
