/** Merges several streams into one loop. */

import { type EventStream, type StreamEvent } from 'everysource'

export async function* merge(streams: EventStream[]): AsyncGenerator<StreamEvent, void, undefined> {
  const { readable, writable } = new TransformStream<StreamEvent, StreamEvent>()
  const writer = writable.getWriter()

  async function pass(stream: EventStream): Promise<void> {
    for await (const event of stream) await writer.write(event)
  }
  Promise.all(streams.map(pass)).then(
    () => writer.close(),
    (error: unknown) => writer.abort(error),
  )

  writer.closed.catch(() => {
    for (const stream of streams) stream.close()
  })

  // Safari has no `for await` over a ReadableStream.
  const reader = readable.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel()
  }
}
