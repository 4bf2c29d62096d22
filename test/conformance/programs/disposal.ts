/** A stream that may never be read */

import { streamEvents } from 'everysource'

/**
 * A loop closes its connection however it is left. Where the code may leave before there is a loop, `finally` does: it is
 * what `await using events = streamEvents(url)` stands for, in languages and runtimes that know it.
 */
export async function readVersion2(url: string, show: (text: string) => void): Promise<boolean> {
  const events = streamEvents(url)
  try {
    const { headers } = await events.response
    if (headers.get('X-Version') !== '2') return false
    for await (const { data } of events) show(data)
    return true
  } finally {
    await events[Symbol.asyncDispose]()
  }
}
