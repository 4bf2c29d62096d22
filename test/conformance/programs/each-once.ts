/** Processes each event once, across reconnections. */

import { streamEvents } from 'everysource'

export async function copyLedger(url: string, enter: (entry: string) => Promise<void>): Promise<void> {
  for await (const { data } of streamEvents(url, { reconnect: true })) await enter(data)
}
