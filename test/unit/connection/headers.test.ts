/** Reading, checking and merging headers. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { isBodyHeader, mergeHeaders, readHeaders, withoutHeaders } from '../../../src/connection/headers.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const read = (given: unknown): Record<string, string> => readHeaders(given, true)

describe('readHeaders', () => {
  it.each<[string, unknown]>([
    ['a record', { 'X-One': '1', 'x-two': '2' }],
    ['a record without a prototype', Object.assign(Object.create(null), { 'X-One': '1', 'x-two': '2' })],
    [
      'pairs',
      [
        ['X-One', '1'],
        ['x-two', '2'],
      ],
    ],
    [
      'a Map',
      new Map([
        ['X-One', '1'],
        ['x-two', '2'],
      ]),
    ],
  ])('accepts %s and keeps the case of names', (_, given) => {
    expect(read(given)).toEqual({ 'X-One': '1', 'x-two': '2' })
  })

  it('accepts a Headers, also of another realm', () => {
    expect(read(new Headers({ 'X-One': '1' }))).toEqual({ 'x-one': '1' })
    const foreign = {
      *[Symbol.iterator]() {
        yield ['x-one', '1']
      },
    }
    expect(read(foreign)).toEqual({ 'x-one': '1' })
  })

  it('returns an empty object for undefined and empty input', () => {
    for (const given of [undefined, {}, [], new Headers(), new Map()]) expect(read(given)).toEqual({})
  })

  it('omits undefined values', () => {
    expect(read({ 'X-One': undefined, 'X-Two': '2' })).toEqual({ 'X-Two': '2' })
    expect(read([['X-One', undefined]])).toEqual({})
  })

  it('joins values of the same name like Headers', () => {
    expect(
      read([
        ['X-One', '1'],
        ['x-one', '2'],
        ['X-ONE', '3'],
      ]),
    ).toEqual({ 'X-ONE': '1, 2, 3' })
    expect(read({ 'X-One': '1', 'x-one': '2' })).toEqual({ 'x-one': '1, 2' })
    expect(
      read([
        ['Cookie', 'a=b'],
        ['Cookie', 'c=d'],
      ]),
    ).toEqual({ Cookie: 'a=b; c=d' })
  })

  it('allows names that are also members of Object.prototype', () => {
    const given = [
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]
    expect(Object.entries(readHeaders(given, false))).toEqual(given)
  })

  it.each([null, 'Authorization: header-secret', 1, true, () => ({}), Symbol('header-secret')])(
    'rejects %s',
    (given) => {
      expect(() => readHeaders(given, true)).toThrow(
        /^Option "headers" must be an object, an array of pairs, a Headers or a function that returns one of these, got /,
      )
      if (typeof given === 'string') expect(() => readHeaders(given, true)).not.toThrow(/secret/)
    },
  )

  it.each([[['X-One']], [[['X-One', '1', 'header-secret']]], [[[]]], [new Set(['header-secret'])], [[null]]])(
    'rejects %j as an array of pairs',
    (given) => {
      const message = 'Option "headers" must contain [name, value] pairs'
      expect(() => readHeaders(given, true)).toThrow(new TypeError(message))
    },
  )
})

describe('header name', () => {
  it('may contain every token character', () => {
    expect(() => readHeaders({ "!#$%&'*+-.^_`|~09azAZ": 'x' }, true)).not.toThrow()
  })

  it.each([
    '',
    ' ',
    'X One',
    'X-One ',
    ' X-One',
    'X-One:',
    'X\nOne',
    'X-One\n',
    'X(One)',
    'Ünë',
    'X/One',
    '"X"',
    'X\0',
  ])('must not be %j', (name) => {
    const message = `Option "headers" has an invalid name "${name}"`
    expect(() => readHeaders({ [name]: 'header-secret' }, true)).toThrow(new TypeError(message))
  })

  it.each([[1], [null], [undefined], [{}], [Symbol('x')]])('must not be %s', (name) => {
    expect(() => readHeaders([[name, 'header-secret']], true)).toThrow(/^Option "headers" has an invalid name /)
    expect(() => readHeaders([[name, 'header-secret']], true)).not.toThrow(/header-secret/)
  })

  it("must be allowed for scripts if the runtime's fetch sends it", () => {
    vi.stubGlobal(
      'Request',
      class {
        readonly headers = new Headers()
      },
    )
    const message = 'Option "headers" has "Cookie", which fetch drops in this runtime'
    expect(() => readHeaders({ Cookie: 'header-secret' }, true)).toThrow(new TypeError(message))
    expect(readHeaders({ Cookie: 'a=b' }, false)).toEqual({ Cookie: 'a=b' })
  })
})

describe('header value', () => {
  it.each([
    ['x', 'x'],
    ['', ''],
    [' \t x y \r\n', 'x y'],
    ['a\tb', 'a\tb'],
    ['üÿ\x80', 'üÿ\x80'],
  ])('%j is sent as %j', (value, sent) => {
    expect(read({ 'X-One': value })).toEqual({ 'X-One': sent })
  })

  it.each(
    [
      'secret\nX-Two: 2',
      'secret\r',
      'secret\r\nx',
      'secret\0',
      'secret\x7f',
      'secret\x1b[2J',
      'secret…',
      'secret🚀',
    ].map((value) => [`${value}x`]),
  )('%j is rejected without appearing in the message', (value) => {
    const message = 'Option "headers" has a line break or other invalid character in "X-One"'
    expect(() => readHeaders({ 'X-One': value }, true)).toThrow(new TypeError(message))
  })

  it.each([[null], [1], [true], [{}], [['x']], [Symbol('x')], [() => 'x'], [new Date(0)]])(
    'is never coerced: %s',
    (value) => {
      expect(() => readHeaders({ 'X-One': value }, true)).toThrow(
        /^Option "headers" needs a string for "X-One", got [\w ]+$/,
      )
    },
  )

  it('is accepted by Headers once it has been read', () => {
    for (let code = 0; code <= 0x100; code++) {
      const value = `a${String.fromCharCode(code)}b`
      let taken: Record<string, string> | undefined
      try {
        taken = read({ 'X-One': value })
      } catch {
        continue
      }
      expect(new Headers(taken).get('X-One')).toBe(value)
    }
  })
})

describe('mergeHeaders', () => {
  const first = readHeaders({ 'X-One': '1', Authorization: 'first' }, true)
  const second = readHeaders({ authorization: 'second', 'X-Two': '2' }, true)

  it('compares names case-insensitively, and the second set overrides the first', () => {
    expect(mergeHeaders(first, second)).toEqual({ 'X-One': '1', authorization: 'second', 'X-Two': '2' })
  })

  it('does not change its arguments', () => {
    mergeHeaders(first, second)
    expect(first).toEqual({ 'X-One': '1', Authorization: 'first' })
    expect(second).toEqual({ authorization: 'second', 'X-Two': '2' })
  })

  it('keeps names that are also members of Object.prototype', () => {
    const names = ['__proto__', 'constructor', 'toString']
    const headers = readHeaders(
      names.map((name) => [name, '1']),
      false,
    )
    for (const merged of [mergeHeaders(headers, {}), mergeHeaders({}, headers), mergeHeaders(headers, headers)]) {
      expect(Object.keys(merged)).toEqual(names)
    }
  })
})

it('withoutHeaders removes the headers that describe a body', () => {
  const names = ['Content-Encoding', 'content-language', 'CONTENT-LOCATION', 'Content-Type', 'Content-Length']
  const headers = readHeaders(
    Object.fromEntries([...names, 'X-Content-Type', 'Accept'].map((name) => [name, '1'])),
    true,
  )
  expect(withoutHeaders(headers, isBodyHeader)).toEqual({ 'X-Content-Type': '1', Accept: '1' })
  expect(Object.keys(headers)).toHaveLength(7)
})
