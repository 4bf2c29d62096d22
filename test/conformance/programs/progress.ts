/** Resumes where the last run stopped. */

import { streamEvents } from 'everysource'

/** For example `localStorage`. */
interface Storage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export async function workThrough(url: string, storage: Storage, work: (task: string) => Promise<void>): Promise<void> {
  const events = streamEvents(url, { lastEventId: storage.getItem('last-event-id') ?? '' })
  for await (const { data, lastEventId } of events) {
    await work(data)
    storage.setItem('last-event-id', lastEventId)
  }
}
