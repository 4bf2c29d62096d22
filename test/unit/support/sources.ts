/** Sources for one test, and responses for stubbed fetches. */

import { onTestFinished, vi } from 'vitest'
import {
  ErrorEvent,
  EventSource,
  type EventSourceInit,
  type OpenEvent,
  type SourceMessageEvent,
} from '../../../src/index.ts'

/** A URL for stubbed fetches. It does not exist. */
export const STUB_URL = 'http://nowhere.test/stream'

/** Opens a source that is closed after the test. */
export function open(url: string, options?: EventSourceInit): EventSource {
  const source = new EventSource(url, options)
  onTestFinished(() => {
    source.close()
  })
  return source
}

/** The next `open` event. */
export function nextOpen(source: EventSource): Promise<OpenEvent> {
  return new Promise((resolve) => {
    source.addEventListener('open', resolve, { once: true })
  })
}

/** The next `error` event. */
export function nextError(source: EventSource): Promise<ErrorEvent> {
  return new Promise((resolve) => {
    source.addEventListener('error', (event) => {
      if (event instanceof ErrorEvent) resolve(event)
    })
  })
}

/** The next message of this type. */
export function nextMessage(source: EventSource, type = 'message'): Promise<SourceMessageEvent> {
  return new Promise((resolve) => {
    source.addEventListener(
      type,
      (event: SourceMessageEvent) => {
        resolve(event)
      },
      { once: true },
    )
  })
}

/** Waits for a condition that no event signals. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 12_000, interval: 5 })
}

/** A valid response with these chunks that then ends. */
export function closingResponse(...chunks: string[]): Response {
  return response(streamOf(chunks, true))
}

/** A valid response with these chunks that stays open. */
export function openResponse(...chunks: string[]): Response {
  return response(streamOf(chunks, false))
}

/** A valid response except for this init. */
export function response(body: BodyInit | null, init: ResponseInit = {}): Response {
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream' }, ...init })
}

function streamOf(chunks: string[], ends: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk))
      if (ends) controller.close()
    },
  })
}
