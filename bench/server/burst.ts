/** Messages as fast as they are read, or one every so often: `/burst?size=176&per=100&count=1000[&pace=50]`. */

import { Batch } from '../fixture.ts'
import type { Connection } from './connection.ts'

const nothing = new Int32Array(new SharedArrayBuffer(4))

/** Sends `count` messages of `size` bytes, `per` of them in a chunk, a chunk each `pace` µs or later, and then the end. */
export async function sendBurst(connection: Connection, query: URLSearchParams): Promise<void> {
  const [size, per, count, pace] = ['size', 'per', 'count', 'pace'].map((name) => Number(query.get(name)))
  if (!size || !per || !count || count % per !== 0) throw new Error(`no such burst: ${String(query)}`)
  const batch = new Batch(per, size)
  for (let sent = 0; sent < count && connection.isOpen; sent += per) {
    if (!connection.send(batch.from(sent))) await connection.drained()
    if (pace) {
      // Timers know no µs. This sleeps, and leaves the processor to the contender.
      Atomics.wait(nothing, 0, 0, pace / 1_000)
      await new Promise(setImmediate)
    }
  }
  connection.end()
}
