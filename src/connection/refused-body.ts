/** What a refused response says: a server's reason, often as JSON. */

import { within } from './deadline.ts'
import type { FetchLikeResponse } from './request.ts'
import { cancel, isReadableStream } from './response.ts'

/** Bytes that are read at the most; more is no reason but a page. */
const MOST_BYTES = 64 * 1024
/** How long an error may be kept waiting for it, in ms. */
const PATIENCE = 250

/**
 * Reads the beginning of a body as text, cancels the rest and frees its socket. What has come until it takes too long or
 * breaks off counts; undefined where the body cannot be read at all.
 */
export async function readRefusedBody(
  { body }: FetchLikeResponse,
  request: AbortController,
): Promise<string | undefined> {
  let text: string | undefined
  if (body === null) text = ''
  else if (isReadableStream(body) && !body.locked) text = await readText(body, request)
  request.abort()
  return text
}

async function readText(body: ReadableStream<unknown>, request: AbortController): Promise<string> {
  const reader = body.getReader()
  // A caller's fetch may know nothing of signals.
  request.signal.addEventListener('abort', () => void cancel(reader))
  const utf8 = new TextDecoder()
  let text = ''
  const read = async (): Promise<void> => {
    for (let left = MOST_BYTES; left > 0;) {
      const { done, value } = await reader.read()
      if (done || !ArrayBuffer.isView(value)) return
      const chunk = new Uint8Array(value.buffer, value.byteOffset, Math.min(left, value.byteLength))
      // Without end, empty chunks would keep the timer from running.
      left -= Math.max(1, chunk.byteLength)
      // What the cut leaves of a character is left out.
      text += utf8.decode(chunk, { stream: true })
    }
  }
  try {
    await within(PATIENCE, read(), request)
  } catch {
    // It broke off: what there is of it is enough.
  }
  return text
}
