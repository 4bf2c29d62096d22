/** Messages as fast as they are read, or one every so often: `/burst?size=176&per=100&count=1000[&pace=50]`. */

import { Batch } from '../fixture.ts'
import type { Connection } from './connection.ts'

/** Sends `count` messages of `size` bytes, `per` of them in a chunk, a chunk each `pace` µs, and then the end. */
export async function sendBurst(connection: Connection, query: URLSearchParams): Promise<void> {
  const [size, per, count, pace] = ['size', 'per', 'count', 'pace'].map((name) => Number(query.get(name)))
  if (!size || !per || !count || count % per !== 0) throw new Error(`no such burst: ${String(query)}`)
  const batch = new Batch(per, size)
  let due = now()
  for (let sent = 0; sent < count && connection.isOpen; sent += per) {
    if (pace) {
      while (now() < due) await new Promise(setImmediate)
      // Whoever is late does not hurry after: each chunk is to be read by itself.
      due = now() + pace
    }
    if (!connection.send(batch.from(sent))) await connection.drained()
  }
  connection.end()
}

/** In µs. */
function now(): number {
  return performance.now() * 1_000
}
