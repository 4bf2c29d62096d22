/** Raises the listener limit of a caller's signal. */

import { tryGet, runtime } from './globals.ts'

/** The limit that undici's `fetch` sets. */
const MAX_LISTENERS = 1_500

/**
 * Node 20 warns about a leak at the eleventh listener of a signal. Raises the limit as Node's `fetch` does, unless the caller set
 * another one. (test/runtimes/processes.ts, "one signal")
 */
export function raiseListenerLimit<Signal extends object>(signal: Signal): Signal {
  tryGet(() => {
    const events = runtime.process?.getBuiltinModule?.('node:events')
    if (events?.getMaxListeners(signal) === events?.defaultMaxListeners) events?.setMaxListeners(MAX_LISTENERS, signal)
  })
  return signal
}
