/** Events as JSON lines */

import { EventDecoderStream, type StreamEvent } from 'everysource'

/**
 * Where the events are to flow on, into a file or another response, they can stay a stream: bytes in, events in between, bytes
 * out, at the pace of whoever reads the end of it.
 */
export function toJSONLines(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const lines = new TransformStream<StreamEvent, string>({
    transform({ type, data, lastEventId }, controller) {
      controller.enqueue(`${JSON.stringify({ type, data, lastEventId })}\n`)
    },
  })
  return body.pipeThrough(new EventDecoderStream()).pipeThrough(lines).pipeThrough(new TextEncoderStream())
}
