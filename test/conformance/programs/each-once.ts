/** Each event once, whatever becomes of the connection */

import { streamEvents } from 'everysource'

/**
 * With `reconnect` one loop goes on across connections. Each request says which event was the last that the loop has taken,
 * and a server that gives its events IDs and keeps them goes on after that one: nothing is lost, nothing comes twice. A 204
 * says that there is no more.
 */
export async function copyLedger(url: string, enter: (entry: string) => Promise<void>): Promise<void> {
  for await (const { data } of streamEvents(url, { reconnect: true })) await enter(data)
}
