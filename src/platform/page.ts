/** The document or worker that the script runs in. Elsewhere, as in Node, these functions do nothing. */

import { tryGet, runtime } from './globals.ts'
import { isNodeProcess } from './platform.ts'

type Unsubscribe = () => void

/** The document's base URL, including `<base>`, or the worker's location. Undefined if a stub's URL does not parse. */
export function baseURL(): string | undefined {
  const parsed = (url: unknown): string => new URL(url as string).href
  return tryGet(() => parsed(runtime.document?.baseURI)) ?? tryGet(() => parsed(runtime.location?.href))
}

/** Applies the document's encoding: unless that is UTF-8, only the document can encode queries correctly. */
export function encodeLikeDocument(input: string): string {
  const encoded = tryGet(() => {
    const { document } = runtime
    if (!document || (document.characterSet ?? 'UTF-8') === 'UTF-8') return input
    const link = document.createElement('a')
    link.href = input
    return link.href
  })
  // A stub document may lack links.
  return encoded ?? input
}

/** Calls back when the browser comes online. Without `navigator.onLine`, an `online` event has another meaning. */
export function onceOnline(callback: () => void): Unsubscribe | undefined {
  if (isNodeProcess()) return undefined
  return tryGet(() =>
    typeof runtime.navigator?.onLine === 'boolean' ? subscribe(runtime, 'online', callback) : undefined,
  )
}

/** Calls back whenever the page enters the back/forward cache. */
export function onEnterBFCache(callback: () => void): Unsubscribe | undefined {
  const listener = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) callback()
  }
  return tryGet(() => runtime.document && subscribe(runtime, 'pagehide', listener as (event: Event) => void))
}

/** Calls back whenever the page is hidden or shown. */
export function onVisibilityChange(callback: (isHidden: boolean) => void): Unsubscribe | undefined {
  return tryGet(() => {
    const { document } = runtime
    return (
      document &&
      subscribe(document, 'visibilitychange', () => {
        callback(document.hidden === true)
      })
    )
  })
}

/** React Native's global object, or a library's `document`, may lack these methods. */
export function subscribe(
  target: { addEventListener?: typeof addEventListener; removeEventListener?: typeof removeEventListener },
  type: string,
  listener: (event: Event) => void,
): Unsubscribe {
  target.addEventListener?.(type, listener)
  return () => {
    target.removeEventListener?.(type, listener)
  }
}
