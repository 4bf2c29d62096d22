/** Sorts errors into fatal and retriable, with fetchEventSource. */

import { EventStreamContentType, fetchEventSource } from 'everysource/fetch-event-source'

class FatalError extends Error {}
class RetriableError extends Error {}

export function follow(url: string, signal: AbortSignal, show: (text: string) => void): Promise<void> {
  return fetchEventSource(url, {
    signal,
    async onopen(response) {
      if (response.ok && response.headers.get('content-type') === EventStreamContentType) return
      const isOurs = response.status >= 400 && response.status < 500 && response.status !== 429
      throw isOurs ? new FatalError(await response.text()) : new RetriableError(`status ${response.status}`)
    },
    onmessage({ event, data }) {
      if (event === 'FatalError') throw new FatalError(data)
      show(data)
    },
    onclose() {
      throw new RetriableError('closed')
    },
    onerror(error: Error) {
      if (error instanceof FatalError) throw error
      show(`(${error.message})`)
      return 100
    },
  })
}
