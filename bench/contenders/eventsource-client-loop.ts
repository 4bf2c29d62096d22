/** The `eventsource-client` package, with its iterator. */

import { createEventSource } from 'eventsource-client'
import type { Follow } from './contender.ts'

export const follow: Follow = (url, onMessage) => {
  const source = createEventSource(url)
  const run = async (): Promise<void> => {
    for await (const { data } of source) onMessage(data)
  }
  void run()
  return () => {
    source.close()
  }
}
