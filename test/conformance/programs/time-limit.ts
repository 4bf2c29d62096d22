/** No longer than so many milliseconds */

import { streamEvents } from 'everysource'

/** What came in time counts. The limit is on the whole, reconnections included; `idleTimeout` is one on silence. */
export async function listenFor(url: string, milliseconds: number): Promise<string[]> {
  const heard: string[] = []
  const signal = AbortSignal.timeout(milliseconds)
  try {
    for await (const { data } of streamEvents(url, { signal, reconnect: true })) heard.push(data)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return heard
}
