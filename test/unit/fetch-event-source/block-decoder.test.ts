/** Messages with the `retry` of their block, for any chunks. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockDecoder, type EventSourceMessage } from '../../../src/fetch-event-source/block-decoder.ts'
import { bytes } from '../support/streams.ts'

/** The output of the decoder. */
interface Output {
  messages: EventSourceMessage[]
  /** Each `retry`, in line order. */
  retries: number[]
  /** The ID to reconnect with. Undefined if never set. */
  id: string | undefined
}

function decode(...chunks: (string | Uint8Array)[]): Output {
  const output: Output = { messages: [], retries: [], id: undefined }
  const decoder = new BlockDecoder(
    {
      id: (id) => {
        output.id = id
      },
      retry: (ms) => output.retries.push(ms),
      message: (message) => output.messages.push(message),
    },
    Infinity,
  )
  decoder.begin('')
  for (const chunk of chunks) decoder.decode(typeof chunk === 'string' ? bytes(chunk) : chunk)
  return output
}

/** The standard's algorithm applied to the lines of a complete text, with the `retry` of each block. (HTML standard, 9.2.6) */
function read(text: string): Output {
  const output: Output = { messages: [], retries: [], id: undefined }
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  // Text after the last line end is ignored.
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
      if (id !== undefined) output.id = id
      if (data.length > 0) output.messages.push({ id: id ?? '', event, data: data.join('\n'), retry })
      block = empty()
    } else if (field === 'data') block.data.push(value)
    else if (field === 'event') block.event = value
    else if (field === 'id' && !value.includes('\0')) block.id = value
    else if (field === 'retry' && /^[0-9]+$/.test(value)) {
      block.retry = Number(value)
      output.retries.push(block.retry)
    }
  }
  return output
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

describe('for any stream and any splits, the decoder reports', () => {
  const places = fc.array(fc.nat(), { maxLength: 15 })

  it('the messages with the retry of their block, every retry, and the ID to reconnect with', () => {
    fc.assert(
      fc.property(text, places, (text, places) => {
        const output = decode(...cutAt(bytes(text), places))
        const expected = read(text)
        // An empty ID and a missing one have the same effect.
        expect({ ...output, id: output.id ?? '' }).toEqual({ ...expected, id: expected.id ?? '' })
      }),
      { numRuns: 2_000 },
    )
  })

  it('the same if split after every byte', () => {
    fc.assert(
      fc.property(text, (text) => {
        const { messages, retries } = decode(...[...bytes(text)].map((byte) => Uint8Array.of(byte)))
        expect({ messages, retries }).toEqual({ messages: read(text).messages, retries: read(text).retries })
      }),
      { numRuns: 500 },
    )
  })
})

describe('retry of a message', () => {
  const message = { id: '', event: '', data: '1' }

  it.each([
    ['may precede its data', 'retry: 5\ndata: 1\n\n'],
    ['may follow its data', 'data: 1\nretry: 5\n\n'],
    ['is the last of several', 'retry: 4\ndata: 1\nretry: 5\n\n'],
    ['is the last valid one', 'retry: 5\nretry: x\ndata: 1\n\n'],
  ])('%s', (_, text) => {
    expect(decode(text).messages).toEqual([{ ...message, retry: 5 }])
  })

  it.each([
    ['of an earlier block with data', 'retry: 5\ndata: 0\n\n'],
    ['of an earlier block without data', 'retry: 5\n\n'],
    ['of an earlier block with an ID only', 'retry: 5\nid: 3\n\n'],
  ])('is not that %s', (_, before) => {
    for (const chunks of [[`${before}data: 1\n\n`], [before, 'data: 1\n\n'], `${before}data: 1\n\n`.split(/(?=.)/s)]) {
      expect(decode(...chunks).messages.at(-1)).toEqual({ ...message, retry: undefined })
    }
  })

  it('is kept across a split CRLF and comments', () => {
    expect(decode('retry: 5\r', '\n', ': x\r', '\n', 'data: 1\r', '\n\r', '\n').messages).toEqual([
      { ...message, retry: 5 },
    ])
  })
})

describe('ID of a block', () => {
  it('is reported at the end of the block', () => {
    expect(decode('id: 1\ndata: 1\n').id).toBeUndefined()
    expect(decode('id: 1\ndata: 1\n\n').id).toBe('1')
    expect(decode('id: 1\n\n').id).toBe('1')
  })

  it('the ID of a block without data is reported even if a message without ID follows in the same chunk', () => {
    expect(decode('id: 1\n\ndata: 1\n\n').id).toBe('1')
    expect(decode('id: 1\n\n', 'data: 1\n\n').id).toBe('1')
  })

  it('is reported if empty, as a reset', () => {
    expect(decode('id: 1\ndata: 1\n\nid\ndata: 2\n\n').id).toBe('')
    expect(decode('id: 1\ndata: 1\n\nid\n\n').id).toBe('')
    expect(decode('id: 1\ndata: 1\n\nid\n\ndata: 2\n\n').id).toBe('')
  })

  it('does not carry over to later messages', () => {
    expect(decode('id: 1\ndata: 1\n\ndata: 2\n\n').messages.map(({ id }) => id)).toEqual(['1', ''])
  })
})
