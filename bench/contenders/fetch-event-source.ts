/** The `@microsoft/fetch-event-source` package, with the page globals it needs. */

import { fetchEventSource } from '@microsoft/fetch-event-source'
import type { Follow } from './contender.ts'

const nothing = (): void => undefined
const document = { hidden: false, addEventListener: nothing, removeEventListener: nothing }
Object.assign(globalThis, { window: globalThis, document })

export const follow: Follow = (url, onMessage) => {
  const abort = new AbortController()
  void fetchEventSource(url, {
    signal: abort.signal,
    onmessage({ data }) {
      onMessage(data)
    },
  })
  return () => {
    abort.abort()
  }
}
