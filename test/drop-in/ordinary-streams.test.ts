/** Ordinary streams, made and cut at random: both packages hear the same, and ask for the same next. */

import * as original from '@microsoft/fetch-event-source'
import fc from 'fast-check'
import { beforeAll, expect, it, vi } from 'vitest'
import * as ours from '../../src/fetch-event-source.ts'

beforeAll(() => {
  // The original's.
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('document', { addEventListener: () => undefined, removeEventListener: () => undefined })
})

// What is not among them is mended: NULs, byte order marks, IDs past ASCII.
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

/** All that is heard of a stream, and the request after it. */
async function heard({ fetchEventSource }: Pick<typeof original, 'fetchEventSource'>, chunks: Uint8Array[]) {
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

it('the same messages, and the same ID in the next request', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stream, { minLength: 100, maxLength: 100 }), async (streams) => {
      // They wait for a tenth of a second each.
      await Promise.all(
        streams.map(async (chunks) => {
          expect(await heard(ours as never, chunks)).toEqual(await heard(original, chunks))
        }),
      )
    }),
    { numRuns: 5, endOnFailure: true },
  )
})
