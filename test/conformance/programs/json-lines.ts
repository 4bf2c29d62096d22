/** Converts events to JSON lines. */

import { EventDecoderStream, type StreamEvent } from 'everysource'

export function toJSONLines(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const lines = new TransformStream<StreamEvent, string>({
    transform({ type, data, lastEventId }, controller) {
      controller.enqueue(`${JSON.stringify({ type, data, lastEventId })}\n`)
    },
  })
  return body.pipeThrough(new EventDecoderStream()).pipeThrough(lines).pipeThrough(new TextEncoderStream())
}
