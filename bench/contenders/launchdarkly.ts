/** The `launchdarkly-eventsource` package, which reads with `node:http`. */

import { createRequire } from 'node:module'
import type { Follow } from './contender.ts'

interface Source {
  addEventListener(type: 'message', listener: (event: { data: string }) => void): void
  close(): void
}

// The package has no types.
const { EventSource } = createRequire(import.meta.url)('launchdarkly-eventsource') as {
  EventSource: new (url: string) => Source
}

export const follow: Follow = (url, onMessage) => {
  const source = new EventSource(url)
  source.addEventListener('message', ({ data }) => {
    onMessage(data)
  })
  return () => {
    source.close()
  }
}
