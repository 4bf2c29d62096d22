/** Our `streamEvents` loop. */

import { streamEvents } from '../../dist/index.js'
import type { Follow } from './contender.ts'

export const follow: Follow = (url, onMessage, maxBufferSize) => {
  const abort = new AbortController()
  const run = async (): Promise<void> => {
    for await (const { data } of streamEvents(url, { signal: abort.signal, maxBufferSize })) onMessage(data)
  }
  run().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error
  })
  return () => {
    abort.abort()
  }
}
