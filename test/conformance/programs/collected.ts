/** Collects all events in an array. */

import { type EventStream, type StreamEvent } from 'everysource'

export async function collect(events: EventStream): Promise<StreamEvent[]> {
  const all: StreamEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
