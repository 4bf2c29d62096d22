/** All events, in an array */

import { type EventStream, type StreamEvent } from 'everysource'

/** For streams that end by themselves. Newer runtimes have this built in: `await Array.fromAsync(events)`. */
export async function collect(events: EventStream): Promise<StreamEvent[]> {
  const all: StreamEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
