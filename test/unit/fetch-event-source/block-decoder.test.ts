/** Messages with the `retry` of their own block, whatever the cuts. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockDecoder, type EventSourceMessage } from '../../../src/fetch-event-source/block-decoder.ts'
import { bytes } from '../support/streams.ts'

/** What a listener hears. */
interface Heard {
  messages: EventSourceMessage[]
  /** Each `retry`, in the order of the lines. */
  retries: number[]
  /** The ID to reconnect with; undefined where it was never said. */
  id: string | undefined
}

function hear(...chunks: (string | Uint8Array)[]): Heard {
  const heard: Heard = { messages: [], retries: [], id: undefined }
  const decoder = new BlockDecoder(
    {
      id: (id) => {
        heard.id = id
      },
      retry: (ms) => heard.retries.push(ms),
      message: (message) => heard.messages.push(message),
    },
    Infinity,
  )
  decoder.begin('')
  for (const chunk of chunks) decoder.decode(typeof chunk === 'string' ? bytes(chunk) : chunk)
  return heard
}

/** The standard's steps over the lines of a whole text, with the `retry` of each block. (HTML standard, 9.2.6) */
function read(text: string): Heard {
  const heard: Heard = { messages: [], retries: [], id: undefined }
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  // What no line end has ended is no line.
  lines.pop()
  let block = {
    id: undefined as string | undefined,
    event: '',
    data: [] as string[],
    retry: undefined as number | undefined,
  }
  const empty = () => ({ id: undefined, event: '', data: [], retry: undefined })
  for (const line of lines) {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) as unknown as [string, string, string | undefined]
    if (line === '') {
      const { id, event, data, retry } = block
      if (id !== undefined) heard.id = id
      if (data.length > 0) heard.messages.push({ id: id ?? '', event, data: data.join('\n'), retry })
      block = empty()
    } else if (field === 'data') block.data.push(value)
    else if (field === 'event') block.event = value
    else if (field === 'id' && !value.includes('\0')) block.id = value
    else if (field === 'retry' && /^[0-9]+$/.test(value)) {
      block.retry = Number(value)
      heard.retries.push(block.retry)
    }
  }
  return heard
}

const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('retry: 5', 'retry:66', 'retry: 007', 'retry', 'retry: x', 'retry: 1.5', 'retry:  3'),
  },
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constantFrom('data: a', 'data', 'data: retry: 1', 'data:😀') },
  { weight: 2, arbitrary: fc.constantFrom('id: 1', 'id: 2', 'id', 'id: a\0b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'event: e',
      'event',
      ': retry: 9',
      ':',
      'retryy: 4',
      'xretry: 4',
      ' retry: 4',
      'ret',
      'r',
    ),
  },
)
const text = fc
  .tuple(
    fc.constantFrom('', '', '\uFEFF'),
    fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 30 }),
    fc.constantFrom('', '', 'retry: 8', 'data: unfinished', 'retry: 8\n'),
  )
  .map(([start, lines, end]) => start + lines.map((parts) => parts.join('')).join('') + end)

function cutAt(whole: Uint8Array, places: number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return cuts.slice(1).map((cut, n) => whole.slice(cuts[n], cut))
}

describe('for any stream and any cuts, what is heard is what the lines say one by one:', () => {
  const places = fc.array(fc.nat(), { maxLength: 15 })

  it('the messages with the retry of their block, every retry, and the ID to reconnect with', () => {
    fc.assert(
      fc.property(text, places, (text, places) => {
        const heard = hear(...cutAt(bytes(text), places))
        const expected = read(text)
        // An empty ID and none at all reconnect in the same way.
        expect({ ...heard, id: heard.id ?? '' }).toEqual({ ...expected, id: expected.id ?? '' })
      }),
      { numRuns: 2_000 },
    )
  })

  it('cut after every byte too', () => {
    fc.assert(
      fc.property(text, (text) => {
        const { messages, retries } = hear(...[...bytes(text)].map((byte) => Uint8Array.of(byte)))
        expect({ messages, retries }).toEqual({ messages: read(text).messages, retries: read(text).retries })
      }),
      { numRuns: 500 },
    )
  })
})

describe('the retry of a message', () => {
  const message = { id: '', event: '', data: '1' }

  it.each([
    ['stands before its data', 'retry: 5\ndata: 1\n\n'],
    ['stands after its data', 'data: 1\nretry: 5\n\n'],
    ['is the last of several', 'retry: 4\ndata: 1\nretry: 5\n\n'],
    ['is the last that can be used', 'retry: 5\nretry: x\ndata: 1\n\n'],
  ])('%s', (_, text) => {
    expect(hear(text).messages).toEqual([{ ...message, retry: 5 }])
  })

  it.each([
    ['of the block before, which had data', 'retry: 5\ndata: 0\n\n'],
    ['of the block before, which had none', 'retry: 5\n\n'],
    ['of a block that had nothing but an id', 'retry: 5\nid: 3\n\n'],
  ])('is not that %s', (_, before) => {
    for (const chunks of [[`${before}data: 1\n\n`], [before, 'data: 1\n\n'], `${before}data: 1\n\n`.split(/(?=.)/s)]) {
      expect(hear(...chunks).messages.at(-1)).toEqual({ ...message, retry: undefined })
    }
  })

  it('survives a CRLF that is cut in two, and comments', () => {
    expect(hear('retry: 5\r', '\n', ': x\r', '\n', 'data: 1\r', '\n\r', '\n').messages).toEqual([
      { ...message, retry: 5 },
    ])
  })
})

describe('the id', () => {
  it('is heard at the end of its block, not at its line', () => {
    expect(hear('id: 1\ndata: 1\n').id).toBeUndefined()
    expect(hear('id: 1\ndata: 1\n\n').id).toBe('1')
    expect(hear('id: 1\n\n').id).toBe('1')
  })

  it('of a block without data is heard though a message without one follows in the same chunk', () => {
    expect(hear('id: 1\n\ndata: 1\n\n').id).toBe('1')
    expect(hear('id: 1\n\n', 'data: 1\n\n').id).toBe('1')
  })

  it('that is empty is heard, as a reset', () => {
    expect(hear('id: 1\ndata: 1\n\nid\ndata: 2\n\n').id).toBe('')
    expect(hear('id: 1\ndata: 1\n\nid\n\n').id).toBe('')
    expect(hear('id: 1\ndata: 1\n\nid\n\ndata: 2\n\n').id).toBe('')
  })

  it('of a message is its own alone', () => {
    expect(hear('id: 1\ndata: 1\n\ndata: 2\n\n').messages.map(({ id }) => id)).toEqual(['1', ''])
  })
})
