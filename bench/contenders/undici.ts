/** The EventSource of the `undici` package. */

import { EventSource } from 'undici'
import type { Follow } from './contender.ts'

export const follow: Follow = (url, onMessage) => {
  const source = new EventSource(url)
  source.addEventListener('message', ({ data }) => {
    onMessage(data as string)
  })
  return () => {
    source.close()
  }
}
