/** Random ordinary streams, cut at random: both packages deliver the same messages and send the same next request. */

import * as original from '@microsoft/fetch-event-source'
import fc from 'fast-check'
import { beforeAll, expect, it, vi } from 'vitest'
import * as ours from '../../src/fetch-event-source.ts'

beforeAll(() => {
  // The original needs them.
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('document', { addEventListener: () => undefined, removeEventListener: () => undefined })
})

// NULs, byte order marks and IDs past ASCII are left out: ours fixes their handling.
const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', ' ', '1'), maxLength: 8 })
const anyText = fc.string({ unit: fc.constantFrom('a', ':', ' ', '\t', 'é', '€', '😀'), maxLength: 8 })

/** The lines of a block with data, which begins with text. */
const block = fc
  .record({
    before: fc.array(
      fc.oneof(
        text.map((text) => `: ${text}`),
        text.map((text) => `event:${text}`),
        text.map((text) => `id: ${text}`),
        fc.nat(10).map((ms) => `retry: ${ms}`),
        text.map((text) => `other:${text}`),
        fc.constantFrom('Data: x', ' data: x', 'data : x', 'retry: x', 'retry:'),
      ),
      { maxLength: 4 },
    ),
    first: anyText.map((text) => `data: x${text}`),
    data: fc.array(
      anyText.map((text) => `data:${text}`),
      { maxLength: 3 },
    ),
    after: fc.array(
      text.map((text) => `id:${text}`),
      { maxLength: 1 },
    ),
  })
  .map(({ before, first, data, after }) => [...before, first, ...data, ...after, ''])

const stream = fc
  .record({
    blocks: fc.array(block, { maxLength: 6 }),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    cuts: fc.array(fc.nat(200), { maxLength: 12 }),
  })
  .map(({ blocks, end, cuts }) => {
    const bytes = new TextEncoder().encode(
      blocks
        .flat()
        .map((line) => line + end)
        .join(''),
    )
    const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
    return places.slice(1).map((place, i) => bytes.slice(places[i], place))
  })

/** All messages of a stream, and the headers of each request. */
async function callsOf({ fetchEventSource }: Pick<typeof original, 'fetchEventSource'>, chunks: Uint8Array[]) {
  const calls: unknown[] = []
  let attempts = 0
  const fetch = (_: unknown, { headers }: RequestInit = {}): Promise<Response> => {
    calls.push({ ...(headers as Record<string, string>) })
    if (++attempts > 1) return Promise.reject(new Error('over'))
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })
    return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }))
  }
  await fetchEventSource('http://localhost/', {
    fetch,
    onmessage: (message) => calls.push(message),
    onclose: () => {
      throw new Error('once more')
    },
    onerror: (error) => {
      if (attempts > 1) throw error
      return 100
    },
  }).catch((error: unknown) => calls.push(error))
  return calls
}

it('delivers the same messages, and sends the same ID in the next request', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stream, { minLength: 100, maxLength: 100 }), async (streams) => {
      // Concurrently, because each waits for a tenth of a second.
      await Promise.all(
        streams.map(async (chunks) => {
          expect(await callsOf(ours as never, chunks)).toEqual(await callsOf(original, chunks))
        }),
      )
    }),
    { numRuns: 5, endOnFailure: true },
  )
})
