/** A subscription that is cancelled from outside */

import { streamEvents } from 'everysource'

/**
 * For components, which begin with one function and end with the one that it returned. `close()` ends the loop without an
 * error, and drops what it has not taken yet.
 */
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
