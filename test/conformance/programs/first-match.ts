/** Stops at the first event that matches. */

import { streamEvents, type StreamEvent } from 'everysource'

export async function firstMatch(
  url: string,
  isWanted: (event: StreamEvent) => boolean,
): Promise<StreamEvent | undefined> {
  for await (const event of streamEvents(url)) {
    if (isWanted(event)) return event
  }
  return undefined
}
