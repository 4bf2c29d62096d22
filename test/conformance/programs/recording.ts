/** A stream of bytes that comes from anywhere */

import { streamEvents } from 'everysource'

/** A recorded answer, played again: for tests, without a server. It can be any `ReadableStream` of bytes. */
export async function replay(recording: Blob, show: (text: string) => void): Promise<void> {
  for await (const { type, data } of streamEvents(recording.stream())) show(`${type}: ${data}`)
}
