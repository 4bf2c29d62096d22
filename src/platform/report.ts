/** Errors that a function of the caller's throws where nobody can catch them. */

import { runtime } from './globals.ts'

/** Reports it as the runtime does when a listener throws: `error` events of the window, `uncaughtException` in Node. */
export function reportError(error: unknown): void {
  if (runtime.reportError) {
    runtime.reportError(error)
  } else {
    const later = runtime.queueMicrotask ?? setTimeout
    later(() => {
      throw error
    })
  }
}
