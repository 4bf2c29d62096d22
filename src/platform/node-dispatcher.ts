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
  return {
    dispatch: (options, handler) => {
      const dispatcher = (callers ?? globalDispatcher(handler)) as Dispatcher
      return dispatcher.dispatch({ ...options, bodyTimeout: 0, headersTimeout: 0 }, handler)
    },
  }
}

/** True where `fetch` is undici's, which is to say in Node. */
export function hasDispatchers(): boolean {
  return runtime.process?.versions?.undici !== undefined
}

/**
 * The dispatcher that speaks the handler's language. Two may be installed: undici's up to version 7 sits under `.1` and
 * calls `handler.onConnect`, later ones sit under `.2` and call `handler.onRequestStart`.
 */
function globalDispatcher(handler: object): Dispatcher {
  const [first, second] = 'onRequestStart' in handler ? [2, 1] : [1, 2]
  const installed = globalThis as unknown as Record<symbol, Dispatcher | undefined>
  const dispatcher =
    installed[Symbol.for(`undici.globalDispatcher.${first}`)] ??
    installed[Symbol.for(`undici.globalDispatcher.${second}`)]
  if (!dispatcher) throw new Error('No global dispatcher of undici is installed')
  return dispatcher
}
