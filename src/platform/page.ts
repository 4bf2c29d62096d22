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
export function onOnline(callback: () => void): Unsubscribe | undefined {
  if (isNodeProcess()) return undefined
  return tryGet(() =>
    typeof runtime.navigator?.onLine === 'boolean' ? subscribe(runtime, 'online', callback) : undefined,
  )
}

/** Calls back whenever the page enters the back/forward cache or is discarded. Ignores the events of scripts. */
export function onLeave(callback: (isCached: boolean) => void): Unsubscribe | undefined {
  return onDocument(() =>
    subscribe(runtime, 'pagehide', (event) => {
      if (event.isTrusted) callback((event as PageTransitionEvent).persisted)
    }),
  )
}

/** Calls back whenever the page is restored from the back/forward cache, and once it has loaded. */
export function onPageShow(callback: () => void): Unsubscribe | undefined {
  return onDocument(() => subscribe(runtime, 'pageshow', callback))
}

/** Calls back when the page thaws. Ignores the events of scripts, such as those of media players. */
export function onThaw(callback: () => void): Unsubscribe | undefined {
  return onResume(({ isTrusted }) => {
    if (isTrusted) callback()
  })
}

/** Browsers fire `resume` at the document, and so does Cordova. The window's listener captures it. */
function onResume(callback: (event: Event) => void): Unsubscribe | undefined {
  return onDocument(() => subscribe(runtime, 'resume', callback, true))
}

/** Whether there is a page. */
export function hasDocument(): boolean {
  return onDocument(() => true) === true
}

/** Whether the page is hidden; false without a document. */
export function isDocumentHidden(): boolean {
  return onDocument(({ hidden }) => hidden) === true
}

/** Calls back whenever the page is hidden or shown. */
export function onVisibilityChange(callback: (isHidden: boolean) => void): Unsubscribe | undefined {
  return onDocument((document) =>
    subscribe(document, 'visibilitychange', () => {
      callback(isDocumentHidden())
    }),
  )
}

/** Calls back whenever the page or the device may have woken up: the page is shown, restored or thawed, or it is online again. */
export function onWake(callback: () => void): Unsubscribe {
  const unsubscribes = [
    onOnline(callback),
    onVisibilityChange((isHidden) => {
      if (!isHidden) callback()
    }),
    onResume(callback),
    onPageShow(callback),
  ]
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe?.()
  }
}

function onDocument<T>(use: (document: NonNullable<typeof runtime.document>) => T): T | undefined {
  return tryGet(() => runtime.document && use(runtime.document))
}

/** React Native's global object, or a library's `document`, may lack these methods. */
export function subscribe(
  target: { addEventListener?: typeof addEventListener; removeEventListener?: typeof removeEventListener },
  type: string,
  listener: (event: Event) => void,
  capture = false,
): Unsubscribe {
  target.addEventListener?.(type, listener, capture)
  return () => {
    target.removeEventListener?.(type, listener, capture)
  }
}
