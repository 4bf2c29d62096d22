/** Backpressure in the relay of docs/guides/workers.md. */

import { setImmediate as aTurn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { relay } from '../conformance/programs/relay.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** An endless source with one event a chunk. It counts the chunks taken and notes whether it was canceled. */
function stubSource(): { taken: number; isCanceled: boolean } {
  const source = { taken: 0, isCanceled: false }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: (controller) => {
        controller.enqueue(new TextEncoder().encode(`: alive\ndata: ${++source.taken}\n\n`))
      },
      cancel: () => {
        source.isCanceled = true
      },
    },
    { highWaterMark: 0 },
  )
  const response = new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  vi.stubGlobal('fetch', () => Promise.resolve(response))
  return source
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await aTurn()
}

test('reads the source no faster than the client reads, and cancels it when the client disconnects', async () => {
  const source = stubSource()
  const { body } = await relay(new Request('http://relay.test/'), 'http://source.test/', 'a-key')
  await turns(100)
  const before = source.taken
  expect(before).toBeLessThan(10)
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('data: 50\n')) text += (await reader?.read())?.value ?? ''
  await turns(100)
  expect(source.taken).toBeLessThan(50 + 10)
  expect(source.taken).toBeGreaterThan(before)
  await reader?.cancel()
  await vi.waitUntil(() => source.isCanceled)
})
