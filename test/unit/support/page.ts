/** A page for one test, as far as the library looks at it. */

import { onTestFinished, vi } from 'vitest'
import { NOWHERE } from './sources.ts'

interface Page {
  /** How many listeners `pagehide` has. */
  readonly listeners: number
  /** Leaves the page: it goes into the back/forward cache, or for good. */
  hide(persisted?: boolean): void
}

/** Makes the global object that of a page until the test has finished. */
export function stubPage(): Page {
  const target = new EventTarget()
  let listeners = 0
  vi.stubGlobal('document', { baseURI: NOWHERE })
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
