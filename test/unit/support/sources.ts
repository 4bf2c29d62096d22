/** Sources for one test, and the responses of stub fetches. */

import { onTestFinished, vi } from 'vitest'
import {
  ErrorEvent,
  EventSource,
  type EventSourceInit,
  type OpenEvent,
  type SourceMessageEvent,
} from '../../../src/index.ts'

/** A URL for stub fetches. Nothing is there. */
export const NOWHERE = 'http://nowhere.test/stream'

/** A source that is closed when the test has finished. */
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

/** The next message of a type. */
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

/** Waits for what no event announces. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 12_000, interval: 5 })
}

/** A good response with these chunks, which then ends. */
export function finished(...chunks: string[]): Response {
  return response(streamOf(chunks, true))
}

/** A good response with these chunks, which then stays open. */
export function lasting(...chunks: string[]): Response {
  return response(streamOf(chunks, false))
}

/** A response that is good but for what the init says. */
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
