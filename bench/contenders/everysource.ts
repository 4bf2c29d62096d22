/** Our `EventSource`, which queues a task for each message. */

import { EventSource } from '../../dist/index.js'
import type { Follow } from './contender.ts'

export const follow: Follow = (url, onMessage, maxBufferSize) => {
  const source = new EventSource(url, maxBufferSize === undefined ? undefined : { maxBufferSize })
  source.addEventListener('message', ({ data }) => {
    onMessage(data)
  })
  return () => {
    source.close()
  }
}
