/** A minimal page for one test. */

import { onTestFinished, vi } from 'vitest'
import { STUB_URL } from './sources.ts'

interface Page {
  /** Number of listeners for `pagehide`. */
  readonly listeners: number
  /** Leaves the page, for the back/forward cache or permanently. */
  hide(persisted?: boolean): void
}

/** Turns the global object into that of a page until the end of the test. */
export function stubPage(): Page {
  const target = new EventTarget()
  let listeners = 0
  vi.stubGlobal('document', { baseURI: STUB_URL })
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
    if (type === 'pagehide') listeners++
    target.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
    if (type === 'pagehide') listeners--
    target.removeEventListener(type, listener)
  })
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  return {
    get listeners() {
      return listeners
    },
    hide(persisted = true) {
      target.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
    },
  }
}
