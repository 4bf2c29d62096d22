/** Our drop-in replacement for `@microsoft/fetch-event-source`. */

import { fetchEventSource } from '../../dist/fetch-event-source.js'
import type { Follow } from './contender.ts'

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
