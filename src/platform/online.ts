/** Knowing when a page is back online. */

import { runtime } from './globals.ts'

/**
 * Calls back when the browser is back online. Other runtimes have no `navigator.onLine`, and their `online` events, if any,
 * are somebody else's.
 *
 * @returns a function that takes the request back
 */
export function onceOnline(callback: () => void): () => void {
  if (typeof runtime.navigator?.onLine !== 'boolean') return () => undefined
  runtime.addEventListener?.('online', callback)
  return () => {
    runtime.removeEventListener?.('online', callback)
  }
}
