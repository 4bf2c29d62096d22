/** Progress that outlives the program */

import { streamEvents } from 'everysource'

/** Such as `localStorage`. */
interface Storage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/**
 * The ID is saved when the work on an event is done, and not before: whatever interrupts it, the next run begins with that
 * event.
 */
export async function workThrough(url: string, storage: Storage, work: (task: string) => Promise<void>): Promise<void> {
  const events = streamEvents(url, { lastEventId: storage.getItem('last-event-id') ?? '' })
  for await (const { data, lastEventId } of events) {
    await work(data)
    storage.setItem('last-event-id', lastEventId)
  }
}
