/** For random streams and splits, each API yields the events that the decoder yields for the whole stream. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventDecoder } from '../../../src/decoder/event-decoder.ts'
import { EventDecoderStream, EventSource, streamEvents } from '../../../src/index.ts'
import { all, bytes, streamOf } from '../support/streams.ts'

const RUNS = { numRuns: 150 }

/** Types to listen for. A corrupted byte in the name of one turns it into another type. */
const TYPES = ['message', 'ping', 'ä']

const lineEnd = fc.constantFrom('\n', '\r', '\r\n')

/** A line, mostly a valid field. */
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('data: a', 'data:b', 'data', 'data: 😀', 'data:  two spaces', 'data: re:try: 1'),
  },
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constantFrom('id: 1', 'id:2', 'id', 'id: ', 'id: ü', 'id: a\0b') },
  { weight: 2, arbitrary: fc.constantFrom('event: ping', 'event:message', 'event', 'event: ä') },
  { weight: 1, arbitrary: fc.constantFrom('retry: 5', 'retry:77', 'retry', 'retry: x', 'retry: 1e3', 'retry: -1') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(':', ': comment', 'unknown: x', ' data: no', 'DATA: no', 'data : no', 'ids: no'),
  },
)

/** Bytes of a stream that may begin with a BOM, contain invalid UTF-8 and end anywhere. */
const body = fc
  .tuple(
    fc.constantFrom('', '', '\uFEFF', '\uFEFF\uFEFF'),
    fc.array(fc.tuple(line, lineEnd), { maxLength: 40 }),
    fc.constantFrom('', '', 'data: unfinished', 'id: 9\ndata: 9\n'),
    fc.option(fc.tuple(fc.nat({ max: 200 }), fc.constantFrom(0x80, 0xc3, 0xf0, 0xff))),
  )
  .map(([start, lines, end, broken]) => {
    const whole = bytes(start + lines.map((parts) => parts.join('')).join('') + end)
    if (!broken) return whole
    const [at, byte] = broken
    const place = Math.min(at, whole.length)
    return Uint8Array.of(...whole.slice(0, place), byte, ...whole.slice(place))
  })

/** A body split into chunks. */
const cutBody = body.chain((whole) =>
  fc.array(fc.nat({ max: whole.length }), { maxLength: 12 }).map((places) => {
    const cuts = [0, ...places.sort((a, b) => a - b), whole.length]
    return { whole, chunks: cuts.slice(1).map((cut, n) => whole.slice(cuts[n], cut)) }
  }),
)

interface Plain {
  type: string
  data: string
  lastEventId: string
  id?: string | undefined
}

/** Decodes a body in one piece. */
function decoded(whole: Uint8Array): { events: Plain[]; retries: number[]; comments: string[]; lastEventId: string } {
  const events: Plain[] = []
  const retries: number[] = []
  const comments: string[] = []
  const decoder = new EventDecoder(
    {
      message: (type, data, lastEventId, id) => {
        events.push({ type: type || 'message', data, lastEventId, ...(id !== undefined && { id }) })
      },
      id: () => undefined,
      retry: (ms) => retries.push(ms),
      comment: (text) => comments.push(text),
    },
    Infinity,
    true,
  )
  decoder.begin('')
  decoder.decode(whole)
  return { events, retries, comments, lastEventId: decoder.lastEventId }
}

describe('same events, IDs and comments as the decoder', () => {
  it('streamEvents', async () => {
    await fc.assert(
      fc.asyncProperty(cutBody, async ({ whole, chunks }) => {
        const expected = decoded(whole)
        const comments: string[] = []
        const stream = streamEvents(streamOf(...chunks), { onComment: (text) => comments.push(text) })
        expect(await all(stream)).toStrictEqual(expected.events)
        expect(comments).toEqual(expected.comments)
        expect(stream.lastEventId).toBe(expected.lastEventId)
        expect(stream.reconnectionTime).toBe(expected.retries.at(-1) ?? 3_000)
      }),
      RUNS,
    )
  })

  it('streamEvents with several concurrent next() calls', async () => {
    await fc.assert(
      fc.asyncProperty(cutBody, fc.integer({ min: 1, max: 5 }), async ({ whole, chunks }, width) => {
        const iterator = streamEvents(streamOf(...chunks))[Symbol.asyncIterator]()
        const taken: unknown[] = []
        for (let isOver = false; !isOver;) {
          for (const { done, value } of await Promise.all(Array.from({ length: width }, () => iterator.next()))) {
            if (done) isOver = true
            else taken.push(value)
          }
        }
        expect(taken).toStrictEqual(decoded(whole).events)
      }),
      RUNS,
    )
  })

  it('EventDecoderStream', async () => {
    await fc.assert(
      fc.asyncProperty(cutBody, async ({ whole, chunks }) => {
        const expected = decoded(whole)
        const retries: number[] = []
        const comments: string[] = []
        const options = { onRetry: (ms: number) => retries.push(ms), onComment: (text: string) => comments.push(text) }
        expect(await all(streamOf(...chunks).pipeThrough(new EventDecoderStream(options)))).toStrictEqual(
          expected.events,
        )
        expect([retries, comments]).toEqual([expected.retries, expected.comments])
      }),
      RUNS,
    )
  })

  it('EventSource.fromReadableStream', async () => {
    await fc.assert(
      fc.asyncProperty(cutBody, async ({ whole, chunks }) => {
        const expected = decoded(whole)
        const source = EventSource.fromReadableStream(streamOf(...chunks))
        const taken: Plain[] = []
        for (const type of TYPES) {
          source.addEventListener(type, ({ data, lastEventId }) => {
            expect(source.lastEventId).toBe(lastEventId)
            taken.push({ type, data, lastEventId })
          })
        }
        await new Promise((ended) => (source.onerror = ended))
        expect(taken).toEqual(
          listened(expected.events).map(({ type, data, lastEventId }) => ({ type, data, lastEventId })),
        )
        expect(source.lastEventId).toBe(expected.lastEventId)
        expect(source.reconnectionTime).toBe(expected.retries.at(-1) ?? 3_000)
      }),
      RUNS,
    )
  })

  it('EventSource.fromReadableStream with several bodies and reset() between them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cutBody, { minLength: 1, maxLength: 4 }), async (bodies) => {
        const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>()
        const source = EventSource.fromReadableStream(readable)
        const taken: string[] = []
        for (const type of TYPES) source.addEventListener(type, ({ data }) => taken.push(`${type} ${data}`))
        let lastEventId = ''
        const expected: string[] = []
        for (const { whole, chunks } of bodies) {
          await streamOf(...chunks).pipeTo(writable, { preventClose: true })
          const { events } = decoded(whole)
          expected.push(...listened(events).map(({ type, data }) => `${type} ${data}`))
          lastEventId = continued(lastEventId, whole)
          expect(source.lastEventId).toBe(lastEventId)
          source.reset()
          expect(source.lastEventId).toBe(lastEventId)
        }
        const ended = new Promise((resolve) => (source.onerror = resolve))
        await writable.close()
        await ended
        expect(taken).toEqual(expected)
      }),
      RUNS,
    )
  })
})

function listened(events: Plain[]): Plain[] {
  return events.filter(({ type }) => TYPES.includes(type))
}

/** The last event ID after a body with these initial bytes. */
function continued(lastEventId: string, whole: Uint8Array): string {
  const decoder = new EventDecoder({ message: () => undefined, id: () => undefined, retry: () => undefined }, Infinity)
  decoder.begin(lastEventId)
  decoder.decode(whole)
  return decoder.lastEventId
}
