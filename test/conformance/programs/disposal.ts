/** Closes a stream even if it is never read. */

import { streamEvents } from 'everysource'

export async function readVersion2(url: string, show: (text: string) => void): Promise<boolean> {
  const events = streamEvents(url)
  try {
    const { headers } = await events.response
    if (headers.get('X-Version') !== '2') return false
    for await (const { data } of events) show(data)
    return true
  } finally {
    events.close()
  }
}
