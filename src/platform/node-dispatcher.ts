/** Node's fetch ends a body after 300 s without a byte; an event stream may be silent for longer. */

import { runtime } from './globals.ts'

type Dispatch = (options: object, handler: object) => boolean

/** What Node's `fetch` takes as `dispatcher`. */
interface Dispatcher {
  dispatch: Dispatch
}

/**
 * A dispatcher that passes everything on to the caller's, or else to the global one of the moment, without its time limits.
 * What `setGlobalDispatcher` installed, a proxy or a mock, stays in charge.
 */
export function patientDispatcher(callers: unknown): Dispatcher {
  if (!callers) return { dispatch: dispatchPatiently }
  return { dispatch: (options, handler) => (callers as Dispatcher).dispatch(patient(options), handler) }
}

/** One function for all connections; its object is each request's own, for a caller's fetch may change it. */
function dispatchPatiently(options: object, handler: object): boolean {
  return globalDispatcher(handler).dispatch(patient(options), handler)
}

function patient(options: object): object {
  return { ...options, bodyTimeout: 0, headersTimeout: 0 }
}

/** For requests that are made to see what the runtime makes of them, and never sent. */
export const NOWHERE = 'http://localhost/'

/**
 * Whether `fetch` takes a dispatcher, as undici's does: then the class of its requests looks for one. (Workers name a version of
 * undici among those of their `process`, and have none.)
 */
export function takesDispatchers(): boolean {
  let isLookedFor = false
  const init: object = {
    get dispatcher() {
      isLookedFor = true
      return undefined
    },
  }
  if (runtime.Request) new runtime.Request(NOWHERE, init)
  return isLookedFor
}

/**
 * Whether there is a global dispatcher that can be asked: in Node, which installs it with the first request. The fetch of
 * edge-runtime, and of realms such as Jest's, is undici's too, but there its global dispatcher is out of sight.
 */
export function hasGlobalDispatcher(): boolean {
  return Boolean(runtime.process?.versions?.undici) && takesDispatchers() && installed({}) !== undefined
}

/**
 * The dispatcher that speaks the handler's language. Two may be installed: undici's up to version 7 sits under `.1` and
 * calls `handler.onConnect`, later ones sit under `.2` and call `handler.onRequestStart`.
 */
function globalDispatcher(handler: object): Dispatcher {
  const dispatcher = installed(handler)
  if (!dispatcher) throw new Error('No global dispatcher of undici is installed')
  return dispatcher
}

function installed(handler: object): Dispatcher | undefined {
  const [first, second] = 'onRequestStart' in handler ? [2, 1] : [1, 2]
  const globals = globalThis as unknown as Record<symbol, Dispatcher | undefined>
  return (
    globals[Symbol.for(`undici.globalDispatcher.${first}`)] ?? globals[Symbol.for(`undici.globalDispatcher.${second}`)]
  )
}
