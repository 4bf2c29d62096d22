/** A minimal page for one test. */

import { onTestFinished, vi } from 'vitest'
import { STUB_URL } from './sources.ts'

interface Page {
  /** Number of listeners for `pagehide`. */
  readonly listeners: number
  /** Number of all other listeners of the document and the window. */
  readonly otherListeners: number
  /** Leaves the page, for the back/forward cache or permanently. */
  leave(persisted?: boolean): void
  /** Restores the page from the back/forward cache. */
  restore(): void
  /** Hides or shows the page. Restored from the cache, browsers first show it. */
  setHidden(isHidden: boolean): void
  /** Fires an event at the document, such as `resume`, or at the window, such as `online`. */
  fire(type: string, at: 'document' | 'window'): void
}

/** Turns the global object into that of a page until the end of the test. */
export function stubPage({ hidden = false } = {}): Page {
  const window = new EventTarget()
  const listeners: string[] = []
  const counting = (target: EventTarget) => ({
    addEventListener: (type: string, listener: EventListener) => {
      listeners.push(type)
      target.addEventListener(type, listener)
    },
    removeEventListener: (type: string, listener: EventListener) => {
      const index = listeners.indexOf(type)
      if (index >= 0) listeners.splice(index, 1)
      target.removeEventListener(type, listener)
    },
  })
  const target = new EventTarget()
  const document = { baseURI: STUB_URL, hidden, ...counting(target) }
  vi.stubGlobal('document', document)
  vi.stubGlobal('navigator', { onLine: true })
  for (const [name, method] of Object.entries(counting(window))) vi.stubGlobal(name, method)
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  const transition = (type: string, persisted: boolean): void => {
    window.dispatchEvent(Object.assign(new Event(type), { persisted }))
  }
  const count = (isPageHide: boolean): number => listeners.filter((type) => (type === 'pagehide') === isPageHide).length
  return {
    get listeners() {
      return count(true)
    },
    get otherListeners() {
      return count(false)
    },
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
    fire(type, at) {
      const event = new Event(type)
      if (at === 'document') target.dispatchEvent(event)
      else window.dispatchEvent(event)
    },
  }
}
