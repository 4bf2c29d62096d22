/** Messages with the time of their writing, one every few ms: `/ticks?count=2000&every=2`. */

import type { Connection } from './connection.ts'

/** The data is the time of the monotonic clock, which all processes of a machine share, in ns. */
export async function sendTicks(connection: Connection, query: URLSearchParams): Promise<void> {
  const every = Number(query.get('every'))
  for (let left = Number(query.get('count')); left > 0 && connection.isOpen; left--) {
    await new Promise((resolve) => setTimeout(resolve, every))
    connection.send(Buffer.from(`data: ${process.hrtime.bigint()}\n\n`))
  }
  connection.end()
}
