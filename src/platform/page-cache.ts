/** Knowing when a page is left that may come back as it is. */

import { runtime } from './globals.ts'

/**
 * Calls back whenever the page goes into the back/forward cache. What is no page never does.
 *
 * @returns a function that takes the request back, where there is a page
 */
export function onPageCached(callback: () => void): (() => void) | undefined {
  if (!runtime.document) return undefined
  const listener = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) callback()
  }
  runtime.addEventListener?.('pagehide', listener)
  return () => {
    runtime.removeEventListener?.('pagehide', listener)
  }
}
