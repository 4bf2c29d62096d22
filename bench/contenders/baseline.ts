/** The baseline, the minimum of work: fetch, read the body, decode UTF-8, parse, call a function. */

import { createParser } from 'eventsource-parser'
import type { Follow } from './contender.ts'

export const follow: Follow = (url, onMessage) => {
  const abort = new AbortController()
  const run = async (): Promise<void> => {
    const { body } = await fetch(url, { headers: { Accept: 'text/event-stream' }, signal: abort.signal })
    if (!body) return
    const reader = body.getReader()
    const decoder = new TextDecoder()
    const parser = createParser({
      onEvent({ data }) {
        onMessage(data)
      },
    })
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
    }
  }
  run().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error
  })
  return () => {
    abort.abort()
  }
}
