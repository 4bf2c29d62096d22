/** How many listeners a caller's signal may have. */

import { tryGet, runtime } from './globals.ts'

/** What undici's `fetch` allows. */
const MAX_LISTENERS = 1_500

/**
 * Node 20 warns of a leak at the eleventh listener of one signal. Its `fetch` raises that limit, and so does this, unless the caller
 * has set another. (test/runtimes/processes.ts, "one signal")
 */
export function raiseListenerLimit<Signal extends object>(signal: Signal): Signal {
  tryGet(() => {
    const events = runtime.process?.getBuiltinModule?.('node:events')
    if (events?.getMaxListeners(signal) === events?.defaultMaxListeners) events?.setMaxListeners(MAX_LISTENERS, signal)
  })
  return signal
}
