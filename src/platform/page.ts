/** The document or worker that a script runs in. Where there is none, as in Node, nothing here ever happens. */

import { tryGet, runtime } from './globals.ts'
import { isNodeProcess } from './platform.ts'

/** Unsubscribes. */
type Unsubscribe = () => void

/** The document's base URL (`<base>` counts) or a worker's location. A stub's may not parse: then there is none. */
export function baseURL(): string | undefined {
  const parsed = (url: unknown): string => new URL(url as string).href
  return tryGet(() => parsed(runtime.document?.baseURI)) ?? tryGet(() => parsed(runtime.location?.href))
}

/** In a document of another encoding than UTF-8, queries are encoded in that; only the document knows how. */
export function encodeLikeDocument(input: string): string {
  const encoded = tryGet(() => {
    const { document } = runtime
    if (!document || (document.characterSet ?? 'UTF-8') === 'UTF-8') return input
    const link = document.createElement('a')
    link.href = input
    return link.href
  })
  // A stub has no such elements.
  return encoded ?? input
}

/** Calls back when the browser is back online. Other runtimes have no `navigator.onLine`: their `online` events are not these. */
export function onceOnline(callback: () => void): Unsubscribe | undefined {
  if (isNodeProcess()) return undefined
  return tryGet(() =>
    typeof runtime.navigator?.onLine === 'boolean' ? subscribe(runtime, 'online', callback) : undefined,
  )
}

/** Calls back whenever the page goes into the back/forward cache. */
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

/** In React Native the global object, and a library's `document`, may be without these methods. */
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
