/**
 * Removes the timeouts of Node's `fetch`, which aborts a body after 300 s without a byte. An event stream may be idle for longer.
 */

import { isFunction } from '../input/checks.ts'
import { tryGet, runtime } from './globals.ts'

type Dispatch = (options: object, handler: object) => boolean

/** The `dispatcher` of Node's `fetch`. */
interface Dispatcher {
  dispatch: Dispatch
}

/**
 * A dispatcher that delegates to the caller's, or else to the current global one, without timeouts. A proxy or mock installed
 * with `setGlobalDispatcher` stays in use.
 */
export function noTimeoutDispatcher(callers: unknown): Dispatcher {
  if (!callers) return { dispatch: dispatchWithoutTimeouts }
  return { dispatch: (options, handler) => (callers as Dispatcher).dispatch(withoutTimeouts(options), handler) }
}

/** Shared by all connections. Each request wraps it in its own object, because a caller's fetch may modify that. */
function dispatchWithoutTimeouts(options: object, handler: object): boolean {
  return requireGlobalDispatcher(handler).dispatch(withoutTimeouts(options), handler)
}

function withoutTimeouts(options: object): object {
  return { ...options, bodyTimeout: 0, headersTimeout: 0 }
}

/**
 * Whether the global dispatcher is accessible. Node installs it with the first request. edge-runtime and realms such as Jest's
 * also use undici, but their global dispatcher is not accessible.
 */
export function hasGlobalDispatcher(): boolean {
  return (
    tryGet(() => Boolean(runtime.process?.versions?.undici) && isFunction(getGlobalDispatcher({})?.dispatch)) === true
  )
}

/**
 * The dispatcher that matches the handler's API. Two may be installed: undici up to version 7 uses `.1` and calls
 * `handler.onConnect`, later versions use `.2` and call `handler.onRequestStart`.
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
