/** A minimal page for one test. */

import { onTestFinished, vi } from 'vitest'
import { STUB_URL } from './sources.ts'

interface Page {
  /** The types of the listeners at the window, and at the document after "document ". */
  readonly listeners: string[]
  /** Leaves the page, for the back/forward cache or permanently. */
  leave(persisted?: boolean): void
  /** Restores the page from the back/forward cache. */
  restore(): void
  /** Hides or shows the page. Restored from the cache, browsers first show it. */
  setHidden(isHidden: boolean): void
  /** Calls the listeners of an event of the browser, which scripts cannot create. */
  fire(type: string, members?: object): void
}

/** Turns the global object into that of a page until the end of the test. */
export function stubPage({ hidden = false } = {}): Page {
  const listeners: [type: string, listener: (event: object) => void][] = []
  const target = (place: string): object => ({
    addEventListener: (type: string, listener: EventListener) => {
      listeners.push([place + type, listener as (event: object) => void])
    },
    removeEventListener: (type: string, listener: EventListener) => {
      const index = listeners.findIndex(([added, own]) => added === place + type && own === listener)
      if (index >= 0) listeners.splice(index, 1)
    },
  })
  const document = { baseURI: STUB_URL, hidden, ...target('document ') }
  vi.stubGlobal('document', document)
  vi.stubGlobal('navigator', { onLine: true })
  for (const [name, method] of Object.entries(target(''))) vi.stubGlobal(name, method)
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  const fire = (type: string, members: object = {}): void => {
    for (const [added, listener] of [...listeners]) if (added === type) listener({ type, isTrusted: true, ...members })
  }
  return {
    get listeners() {
      return listeners.map(([type]) => type)
    },
    leave(persisted = true) {
      fire('pagehide', { persisted })
    },
    restore() {
      fire('pageshow', { persisted: true })
    },
    setHidden(isHidden) {
      document.hidden = isHidden
      fire('document visibilitychange')
    },
    fire,
  }
}
