/** The option `maxBufferSize`: what counts, and how much memory an unfinished event may take. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventDecoder, EventTooLargeError } from '../../../src/decoder/event-decoder.ts'
import { nextError, STUB_URL, open, response } from '../support/sources.ts'
import { bytes, countingStream } from '../support/streams.ts'

describe('event larger than maxBufferSize', () => {
  it('keeps at most that many characters and one chunk in memory', async () => {
    const chunk = 'x'.repeat(64 * 1024)
    const body = countingStream((count) => (count === 0 ? 'data: ' : chunk))
    const source = open(STUB_URL, { maxBufferSize: 1024 * 1024, fetch: () => Promise.resolve(response(body.stream)) })
    const { error, message } = await nextError(source)
    expect(error.reason).toBe('too-large')
    expect(message).toBe(`The event stream at ${STUB_URL} sent an event larger than the option "maxBufferSize" allows`)
    expect(body.pulls * chunk.length).toBeLessThan(2 * 1024 * 1024)
  })
})

const ignore = (): undefined => undefined

function decoderWith(maxBufferSize: number, wantsComments = false): EventDecoder {
  const decoder = new EventDecoder({ message: ignore, id: ignore, retry: ignore }, maxBufferSize, wantsComments)
  decoder.begin('')
  return decoder
}

describe('line split between chunks', () => {
  it.each(['data', 'data:', 'id', 'event: ', 'retry', ': ', 'x', 'é'])(
    'counts once even if each part looks like the start of a line: %s',
    (piece) => {
      const decoder = decoderWith(10_000)
      decoder.decode(bytes('data: '))
      for (let length = 0; length < 8_000; length += piece.length) decoder.decode(bytes(piece))
      expect(() => {
        decoder.decode(bytes('\n\n'))
      }).not.toThrow()
      decoder.decode(bytes('data: '))
      expect(() => {
        for (let length = 0; length < 12_000; length += piece.length) decoder.decode(bytes(piece))
      }).toThrow(EventTooLargeError)
    },
  )
})

describe('unfinished event', () => {
  const decoder = (): EventDecoder => decoderWith(200_000)

  it('counts characters up to U+00FF once', () => {
    expect(() => {
      decoder().decode(bytes(`data: ${'é'.repeat(190_000)}`))
    }).not.toThrow()
  })

  it('counts all characters twice if one is above U+00FF', () => {
    expect(() => {
      decoder().decode(bytes(`data: Ж${'x'.repeat(190_000)}`))
    }).toThrow(EventTooLargeError)
  })

  it('counts if it starts after the end of another', () => {
    const begun = decoder()
    begun.decode(bytes('data: a\n\ndata: Ж'))
    expect(() => {
      begun.decode(bytes('x'.repeat(190_000)))
    }).toThrow(EventTooLargeError)
  })

  it('does not count complete events', () => {
    const long = decoder()
    long.decode(bytes(`data: ${'Ж'.repeat(90_000)}\n\n`))
    expect(() => {
      long.decode(bytes(`data: ${'x'.repeat(190_000)}`))
    }).not.toThrow()
  })

  it.each([
    ['two types', `event: ${'x'.repeat(180_000)}\n\n`, `event: ${'x'.repeat(180_000)}\n\n`],
    ['a type that replaces another', `event: ${'x'.repeat(180_000)}\n`, `event: ${'x'.repeat(180_000)}\n`],
    [
      'an ID and the data of another block',
      `id: ${'x'.repeat(180_000)}\n\n`,
      `data: ${'x\ndata: '.repeat(100)}${'x'.repeat(150_000)}\n`,
    ],
  ])('counts one event at a time: not %s', (_, first, second) => {
    const blocks = decoder()
    const chunks = (first + second).match(/[^]{1,10000}/g) ?? []
    expect(() => {
      for (const chunk of chunks) blocks.decode(bytes(chunk))
    }).not.toThrow()
  })

  it('counts a long type and ID', () => {
    const long = 'x'.repeat(140_000)
    for (const name of ['event', 'id']) {
      const begun = decoder()
      begun.decode(bytes(`${name}: ${long}\ndata: x\n`))
      expect(() => {
        begun.decode(bytes(`data: ${long}`))
      }).toThrow(EventTooLargeError)
    }
  })
})

describe('not counted', () => {
  /** Decodes the same chunks many times. */
  function decodeOften(times: number, decoder: EventDecoder, ...chunks: string[]): void {
    for (let i = 0; i < times; i++) for (const chunk of chunks) decoder.decode(bytes(chunk))
  }

  it.each([true, false])('comments whose remainder looks like a data line (reported: %s)', (wantsComments) => {
    decodeOften(5_000, decoderWith(1_000, wantsComments), ': meta', 'data: in a comment', '\n\n')
  })

  it('comments after a field whose name starts with "data"', () => {
    const decoder = decoderWith(1_000)
    decoder.decode(bytes('database: x\n\n'))
    decodeOften(5_000, decoder, ': ping, ping, ping\n\n')
  })

  it('an endless comment without onComment', () => {
    decodeOften(5_000, decoderWith(1_000), ': and so on, and so on')
  })

  it('text that looks like a data line after a split data line', () => {
    const decoder = decoderWith(100_000)
    decoder.decode(bytes('data: '))
    decodeOften(20_000, decoder, 'data')
  })

  it.each([
    ['retry', 'retry: 5', '000'],
    ['comment', ': a comment that is longer than the li', 'mit'],
    ['unknown field', 'field: that is longer than the li', 'mit'],
  ])('a different line split next to the largest allowed data: %s', (_, ...parts) => {
    const decoder = decoderWith(20, true)
    decodeOften(1, decoder, 'data: 12345678901234567890\n', ...parts, '\n', '\n')
  })
})

describe('limit for any stream and any splits', () => {
  const value = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'ä', '…', 'data', ':', ' ') })
  const field = (name: string) =>
    fc.tuple(fc.constantFrom(`${name}:`, `${name}: `), value).map((parts) => parts.join(''))
  const other = fc.oneof(
    fc.string({ unit: fc.constantFrom('x', 'data:', ' ') }).map((text) => `:${text}`),
    fc.constantFrom('retry: 5000000000000000000000', 'field: value', 'database', 'data base: x'),
  )
  /** At most one type and one ID per block: a replaced one would count until then. */
  const block = fc
    .tuple(
      fc.array(fc.oneof(field('data'), fc.constant('data')), { maxLength: 5 }),
      fc.array(other, { maxLength: 3 }),
      fc.option(field('event'), { nil: undefined }),
      fc.option(field('id'), { nil: undefined }),
    )
    .chain(([data, others, event, id]) => {
      const lines = [...data, ...others, event, id].filter((line) => line !== undefined)
      return fc.shuffledSubarray(lines, { minLength: lines.length })
    })
  /** A stream with the size of its largest block. */
  const stream = fc
    .tuple(fc.array(block, { minLength: 1, maxLength: 6 }), fc.constantFrom('\n', '\r', '\r\n'))
    .map(([blocks, end]) => ({
      text: blocks.map((lines) => [...lines, '', ''].join(end)).join(''),
      size: Math.max(...blocks.map(sizeOf)),
      eventSize: Math.max(...blocks.map((lines) => (valuesOf('data', lines).length > 0 ? sizeOf(lines) : 0))),
    }))
  const cuts = fc.array(fc.nat(), { maxLength: 20 })

  function valuesOf(name: string, lines: string[]): string[] {
    return lines.flatMap((line) => new RegExp(`^${name}(?:: ?(.*))?$`, 's').exec(line)?.slice(1) ?? [])
  }

  /** Number of characters in the data, type and ID of a block. */
  function sizeOf(lines: string[]): number {
    return [valuesOf('data', lines).join('\n'), ...valuesOf('event', lines), ...valuesOf('id', lines)].join('').length
  }

  function decode(text: string, maxBufferSize: number, places: number[]): void {
    const decoder = decoderWith(maxBufferSize, true)
    const whole = bytes(text)
    const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b)
    let start = 0
    for (const end of ends) {
      decoder.decode(whole.slice(start, end))
      start = end
    }
  }

  it('allows an event of exactly that size', () => {
    fc.assert(
      fc.property(stream, cuts, ({ text, size }, places) => {
        decode(text, size, places)
      }),
      { numRuns: 3_000 },
    )
  })

  it('allows an event of exactly that size byte by byte', () => {
    fc.assert(
      fc.property(stream, ({ text, size }) => {
        decode(text, size, Array.from(bytes(text).keys()))
      }),
      { numRuns: 500 },
    )
  })

  it('rejects an event that is larger by one character', () => {
    fc.assert(
      fc.property(stream, cuts, ({ text, eventSize }, places) => {
        fc.pre(eventSize > 0)
        expect(() => {
          decode(text, eventSize - 1, places)
        }).toThrow(EventTooLargeError)
      }),
      { numRuns: 1_000 },
    )
  })
})
