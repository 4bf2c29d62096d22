/** The first event that matches */

import { streamEvents, type StreamEvent } from 'everysource'

/** `return` in the loop closes the connection; what comes after the event is never read. */
export async function firstMatch(
  url: string,
  isWanted: (event: StreamEvent) => boolean,
): Promise<StreamEvent | undefined> {
  for await (const event of streamEvents(url)) {
    if (isWanted(event)) return event
  }
  return undefined
}
