/** Messages as fast as they are read, or with pauses: `/burst?size=176&per=100&count=1000[&pace=50]`. */

import { Batch } from '../fixture.ts'
import type { Connection } from './connection.ts'

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** Sends `count` messages of `size` bytes, `per` per chunk, with at least `pace` µs between chunks, then the end message. */
export async function sendBurst(connection: Connection, query: URLSearchParams): Promise<void> {
  const [size, per, count, pace] = ['size', 'per', 'count', 'pace'].map((name) => Number(query.get(name)))
  if (!size || !per || !count || count % per !== 0) throw new Error(`Invalid burst: ${String(query)}`)
  const batch = new Batch(per, size)
  for (let sent = 0; sent < count && connection.isOpen; sent += per) {
    if (!connection.send(batch.from(sent))) await connection.drained()
    if (pace) {
      // Timers only count in ms. This sleeps for µs and leaves the processor to the contender.
      Atomics.wait(sleeper, 0, 0, pace / 1_000)
      await new Promise(setImmediate)
    }
  }
  connection.end()
}
