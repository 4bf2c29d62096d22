/** The `eventsource-client` package, with its callback. */

import { createEventSource } from 'eventsource-client'
import type { Follow } from './contender.ts'

export const follow: Follow = (url, onMessage) => {
  const source = createEventSource({
    url,
    onMessage({ data }) {
      onMessage(data)
    },
  })
  return () => {
    source.close()
  }
}
