/** Subscribes to a stream and returns a function that unsubscribes. */

import { streamEvents } from 'everysource'

export function subscribe(url: string, show: (text: string) => void, onError: (error: unknown) => void): () => void {
  const events = streamEvents(url, { reconnect: true })

  async function run(): Promise<void> {
    for await (const { data } of events) show(data)
  }
  run().catch(onError)

  return () => {
    events.close()
  }
}
