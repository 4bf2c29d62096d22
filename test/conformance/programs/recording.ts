/** Replays a recorded stream. */

import { streamEvents } from 'everysource'

export async function replay(recording: Blob, show: (text: string) => void): Promise<void> {
  for await (const { type, data } of streamEvents(recording.stream())) show(`${type}: ${data}`)
}
