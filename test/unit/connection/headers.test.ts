/** The caller's headers. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { isBodyHeader, mergeHeaders, readHeaders, withoutHeaders } from '../../../src/connection/headers.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const read = (given: unknown): Record<string, string> => readHeaders(given, true)

describe('headers', () => {
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
  ])('may be %s, and keep the case of their names', (_, given) => {
    expect(read(given)).toEqual({ 'X-One': '1', 'x-two': '2' })
  })

  it('may be a Headers, or one of another realm', () => {
    expect(read(new Headers({ 'X-One': '1' }))).toEqual({ 'x-one': '1' })
    const foreign = {
      *[Symbol.iterator]() {
        yield ['x-one', '1']
      },
    }
    expect(read(foreign)).toEqual({ 'x-one': '1' })
  })

  it('are none where they are undefined or empty', () => {
    for (const given of [undefined, {}, [], new Headers(), new Map()]) expect(read(given)).toEqual({})
  })

  it('leave out what is undefined', () => {
    expect(read({ 'X-One': undefined, 'X-Two': '2' })).toEqual({ 'X-Two': '2' })
    expect(read([['X-One', undefined]])).toEqual({})
  })

  it('of one name are joined, as Headers do it', () => {
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

  it('may have names that objects have members of', () => {
    const given = [
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]
    expect(Object.entries(readHeaders(given, false))).toEqual(given)
  })

  it.each([null, 'Authorization: header-secret', 1, true, () => ({}), Symbol('header-secret')])(
    'may not be %s',
    (given) => {
      expect(() => readHeaders(given, true)).toThrow(
        /^Option "headers" must be an object, an array of pairs, a Headers or a function that returns one of these, got /,
      )
      if (typeof given === 'string') expect(() => readHeaders(given, true)).not.toThrow(/secret/)
    },
  )

  it.each([[['X-One']], [[['X-One', '1', 'header-secret']]], [[[]]], [new Set(['header-secret'])], [[null]]])(
    'are pairs where they are a list: not %j',
    (given) => {
      const message = 'Option "headers" must contain [name, value] pairs'
      expect(() => readHeaders(given, true)).toThrow(new TypeError(message))
    },
  )
})

describe("a header's name", () => {
  it('may have any character of a token', () => {
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
  ])('may not be %j', (name) => {
    const message = `Option "headers" has an invalid name "${name}"`
    expect(() => readHeaders({ [name]: 'header-secret' }, true)).toThrow(new TypeError(message))
  })

  it.each([[1], [null], [undefined], [{}], [Symbol('x')]])('may not be %s', (name) => {
    expect(() => readHeaders([[name, 'header-secret']], true)).toThrow(/^Option "headers" has an invalid name /)
    expect(() => readHeaders([[name, 'header-secret']], true)).not.toThrow(/header-secret/)
  })

  it('is one that the runtime lets scripts set, where its fetch will send it', () => {
    vi.stubGlobal(
      'Request',
      class {
        readonly headers = new Headers()
      },
    )
    const message = 'Option "headers" has "Cookie", which is forbidden here'
    expect(() => readHeaders({ Cookie: 'header-secret' }, true)).toThrow(new TypeError(message))
    expect(readHeaders({ Cookie: 'a=b' }, false)).toEqual({ Cookie: 'a=b' })
  })
})

describe("a header's value", () => {
  it.each([
    ['x', 'x'],
    ['', ''],
    [' \t x y \r\n', 'x y'],
    ['a\tb', 'a\tb'],
    ['üÿ\x80', 'üÿ\x80'],
  ])('%j goes out as %j', (value, sent) => {
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
  )('may not be %j, and is not shown', (value) => {
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

  it('that was read is one that Headers take', () => {
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

describe('two sets of headers', () => {
  const first = readHeaders({ 'X-One': '1', Authorization: 'first' }, true)
  const second = readHeaders({ authorization: 'second', 'X-Two': '2' }, true)

  it('are merged, whatever the case of their names, and the second overrides the first', () => {
    expect(mergeHeaders(first, second)).toEqual({ 'X-One': '1', authorization: 'second', 'X-Two': '2' })
  })

  it('stay as they are', () => {
    mergeHeaders(first, second)
    expect(first).toEqual({ 'X-One': '1', Authorization: 'first' })
    expect(second).toEqual({ authorization: 'second', 'X-Two': '2' })
  })

  it('may have names that objects have members of', () => {
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

it('headers that describe a body can be left out', () => {
  const names = ['Content-Encoding', 'content-language', 'CONTENT-LOCATION', 'Content-Type', 'Content-Length']
  const headers = readHeaders(
    Object.fromEntries([...names, 'X-Content-Type', 'Accept'].map((name) => [name, '1'])),
    true,
  )
  expect(withoutHeaders(headers, isBodyHeader)).toEqual({ 'X-Content-Type': '1', Accept: '1' })
  expect(Object.keys(headers)).toHaveLength(7)
})
