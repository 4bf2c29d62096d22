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
  /** Fires an event at the window, such as `online`, or such as `resume`, which it captures. */
  fire(type: string): void
}

/** Turns the global object into that of a page until the end of the test. */
export function stubPage({ hidden = false } = {}): Page {
  const window = new EventTarget()
  const listeners: string[] = []
  const counting = (target: EventTarget, place: string) => ({
    addEventListener: (type: string, listener: EventListener, capture: boolean) => {
      listeners.push(place + type)
      target.addEventListener(type, listener, capture)
    },
    removeEventListener: (type: string, listener: EventListener, capture: boolean) => {
      const index = listeners.indexOf(place + type)
      if (index >= 0) listeners.splice(index, 1)
      target.removeEventListener(type, listener, capture)
    },
  })
  const target = new EventTarget()
  const document = { baseURI: STUB_URL, hidden, ...counting(target, 'document ') }
  vi.stubGlobal('document', document)
  vi.stubGlobal('navigator', { onLine: true })
  for (const [name, method] of Object.entries(counting(window, ''))) vi.stubGlobal(name, method)
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  const transition = (type: string, persisted: boolean): void => {
    window.dispatchEvent(Object.assign(new Event(type), { persisted }))
  }
  return {
    listeners,
    leave(persisted = true) {
      transition('pagehide', persisted)
    },
    restore() {
      transition('pageshow', true)
    },
    setHidden(isHidden) {
      document.hidden = isHidden
      target.dispatchEvent(new Event('visibilitychange'))
    },
    fire(type) {
      window.dispatchEvent(new Event(type))
    },
  }
}
