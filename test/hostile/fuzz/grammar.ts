/** Generates event streams with all kinds of lines and spellings. */

import fc from 'fast-check'

/** Types that streams use on purpose; types that occur by chance are listened to as well. */
const TYPES = ['message', 'ping', 'ä', 'open', 'error', '更新🚀', '__proto__', 'constructor', ' a b ', '\u0001']

/** Bytes as characters from U+0000 to U+00FF: much faster to join than arrays of numbers. */
export type Bytes = string

export function bytesOf(text: string): Bytes {
  return Buffer.from(text).toString('latin1')
}

/** Truncated, stray and invalid UTF-8 sequences. */
export const BROKEN: Bytes[] = [
  '\x80',
  '\xbf',
  '\xc3',
  '\xff',
  '\xfe',
  '\xc0\xaf',
  '\xc0\x8a',
  '\xe2\x82',
  '\xe2\x9c\x28',
  '\xed\xa0\x80',
  '\xe0\x80\x8a',
  '\xef\xbb',
  '\xf0\x9f\x98',
  '\xf0\x9f',
  '\xf0\x80\x80\x8d',
  '\xf4\x90\x80\x80',
  '\xf8\x88\x80\x80\x80',
]

/** Characters with a special meaning, and others that resemble them. */
const CHARACTERS = Array.from('ab:0 9\t\0\v\f\x1c\x7f\x85\xa0éß漢😀\u2028\u2029\uFEFF\uFFFDdata')

const text = (maxLength: number): fc.Arbitrary<Bytes> =>
  fc.array(fc.constantFrom(...CHARACTERS), { maxLength }).map((characters) => bytesOf(characters.join('')))

const oneText = (...texts: string[]): fc.Arbitrary<Bytes> => fc.constantFrom(...texts.map(bytesOf))

/** Text with invalid UTF-8. */
const brokenText = fc
  .array(fc.oneof(text(3), fc.constantFrom(...BROKEN)), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))

/** Longer than a decoder's pieces or a socket's chunk. */
const hugeText = fc
  .tuple(fc.constantFrom('x', 'é', '😀', 'data: ', ':'), fc.constantFrom(1_000, 4_096, 16_384, 66_000))
  .map(([part, length]) => bytesOf(part.repeat(Math.ceil(length / part.length))))

const anyText = fc.oneof(
  { weight: 200, arbitrary: text(8) },
  { weight: 48, arbitrary: brokenText },
  { weight: 1, arbitrary: hugeText },
)

const type = fc.oneof(
  { weight: 6, arbitrary: oneText(...TYPES) },
  { weight: 1, arbitrary: oneText('') },
  { weight: 2, arbitrary: text(4) },
  { weight: 1, arbitrary: brokenText },
)

const id = fc.oneof(
  { weight: 6, arbitrary: oneText('1', '2', 'ü', 'a b', ' 7', '8 ', '😀', '\uFEFF', 'x'.repeat(300)) },
  { weight: 2, arbitrary: oneText('', '') },
  { weight: 2, arbitrary: oneText('a\0b', '\0', '1\0') },
  { weight: 2, arbitrary: text(4) },
  { weight: 1, arbitrary: brokenText },
)

/** Short times, and invalid values. */
const retry = fc.oneof(
  {
    weight: 3,
    arbitrary: oneText('1', '0', '00', '0001', '20', '120', '400', '0400', '500', '000000000000000000000450'),
  },
  {
    weight: 3,
    arbitrary: oneText(
      '400x',
      '+400',
      '-400',
      '4e2',
      '0x190',
      '400.0',
      ' 400',
      '400 ',
      '400\0',
      '４００',
      '٤٠٠',
      '\t400',
    ),
  },
  { weight: 1, arbitrary: oneText('', '3000', '86400000', '99999999999', '18446744073709551616', '9'.repeat(400)) },
  { weight: 1, arbitrary: fc.nat({ max: 600 }).map((ms) => bytesOf(String(ms))) },
  { weight: 1, arbitrary: anyText },
)

/** Separators between the name of a field and its value. */
const colon = fc.oneof(
  { weight: 8, arbitrary: oneText(': ', ':') },
  { weight: 1, arbitrary: oneText(':  ', ' :', ':\t', '::', '', ' ', '：', ':\xa0', ':\uFEFF') },
)

const NEARLY = [
  'Data',
  'DATA',
  ' data',
  'data ',
  'dat',
  'datas',
  'da\0ta',
  'dàta',
  'IDs',
  'Id',
  'retry\t',
  'events',
  'x',
]

const name = (right: string): fc.Arbitrary<Bytes> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(bytesOf(right)) },
    { weight: 1, arbitrary: oneText(...NEARLY, `\uFEFF${right}`) },
  )

const field = (right: string, value: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> =>
  fc.tuple(name(right), colon, value).map((parts) => parts.join(''))

const bareField = oneText('data', 'id', 'event', 'retry', 'dat', '')
const comment = fc.oneof(
  oneText(':', ': hi', ':data: no', '::', ':\0'),
  anyText.map((text) => `:${text}`),
)

const lineEnd = oneText('\n', '\n', '\r', '\r\n')
const blankLines = oneText('', '', '', '\n', '\r\n\r\n', '\n\r', '\r\r')

type Weights = Record<'data' | 'id' | 'event' | 'retry' | 'blank', number>

const line = (weights: Weights): fc.Arbitrary<Bytes> =>
  fc.oneof(
    { weight: weights.data, arbitrary: field('data', anyText) },
    { weight: weights.blank, arbitrary: fc.constant('') },
    { weight: weights.id, arbitrary: field('id', id) },
    { weight: weights.event, arbitrary: field('event', type) },
    { weight: weights.retry, arbitrary: field('retry', retry) },
    { weight: 2, arbitrary: bareField },
    { weight: 1, arbitrary: comment },
    { weight: 1, arbitrary: anyText },
  )

const lines = (weights: Weights, maxLength: number): fc.Arbitrary<Bytes> =>
  fc
    .array(fc.tuple(line(weights), lineEnd, blankLines), { maxLength, size: 'max' })
    .map((lines) => lines.flat().join(''))

const start = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: oneText(
      '\uFEFF',
      '\uFEFF',
      '\uFEFF',
      '\uFEFF\uFEFF',
      'ï»¿',
      '\n\uFEFF',
      '\r',
      '\uFEFF\n',
      '\0',
      ' \uFEFF',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('\xef', '\xef\xbb', '\xff\xfe', '\xef\xbb\xef\xbb\xbf') },
)

const end = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.oneof(
      oneText('data: lost', 'id: 9', 'id: 9\ndata: 9\n', 'retry: 7', '\r', 'data'),
      fc.constantFrom(...BROKEN),
    ),
  },
)

/** Any stream. */
export const written: fc.Arbitrary<Bytes> = fc
  .tuple(start, lines({ data: 9, blank: 6, id: 4, event: 4, retry: 1 }, 24), end)
  .map((parts) => parts.join(''))

/** A stream that mostly sets the reconnection time. */
export const aboutRetry: fc.Arbitrary<Bytes> = fc
  .tuple(start, lines({ data: 2, blank: 3, id: 2, event: 1, retry: 9 }, 5), end)
  .map((parts) => parts.join(''))
