/** Knowing when a page is hidden. */

import { runtime } from './globals.ts'

/**
 * Calls back whenever the page is hidden or shown. What is no page never is.
 *
 * @returns a function that takes the request back
 */
export function onVisibilityChange(callback: (isHidden: boolean) => void): () => void {
  const { document } = runtime
  const listener = (): void => {
    callback(document?.hidden === true)
  }
  document?.addEventListener?.('visibilitychange', listener)
  return () => {
    document?.removeEventListener?.('visibilitychange', listener)
  }
}
