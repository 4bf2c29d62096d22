/** The options and their errors. */

import { describe, expect, it, vi } from 'vitest'
import { STANDARD_POLICY } from '../../../src/connection/policy.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import { EventSource, type EventSourceInit } from '../../../src/index.ts'

const DEFAULTS = {
  withCredentials: false,
  fetch: undefined,
  method: 'GET',
  headers: new Map(),
  body: undefined,
  resume: undefined,
  redirect: 'follow',
  fetchOptions: {},
  signal: undefined,
  lastEventId: '',
  lastEventIdParameter: undefined,
  onComment: undefined,
  connectTimeout: 0,
  idleTimeout: 0,
  reconnectionTime: 3_000,
  policy: STANDARD_POLICY,
  maxBufferSize: 67_108_864,
}

describe('options', () => {
  it.each([[undefined], [null], [{}], [Object.create(null)], [() => undefined], [[]]])(
    'are all optional: %s',
    (init) => {
      expect(readOptions(init)).toEqual(DEFAULTS)
    },
  )

  it('count as absent when they are undefined', () => {
    const names = [...Object.keys(DEFAULTS), 'reconnect']
    const undefineds = Object.fromEntries(names.map((name) => [name, undefined]))
    expect(readOptions(undefineds)).toEqual(DEFAULTS)
  })

  it.each([[true], ['x'], [1], [0n], [Symbol('x')]])('must be an object: %s', (init) => {
    expect(() => readOptions(init)).toThrow(TypeError)
    expect(() => readOptions(init)).toThrow(/^The options must be an object, not /)
  })

  it('that nobody knows are ignored, as in a dictionary of the standard', () => {
    expect(readOptions({ other: 1 })).toEqual(DEFAULTS)
  })
})

it('an option may be inherited or a getter, as in a dictionary of the standard', () => {
  class Options {
    get withCredentials(): boolean {
      return true
    }
  }
  expect(readOptions(new Options()).withCredentials).toBe(true)
  expect(readOptions(Object.create({ maxBufferSize: 7 })).maxBufferSize).toBe(7)
})

describe('withCredentials', () => {
  it.each([
    [true, true],
    [1, true],
    ['false', true],
    [{}, true],
    [Symbol('x'), true],
    [0, false],
    ['', false],
    [null, false],
    [NaN, false],
  ])('converts as WebIDL does: %s is %s', (given, value) => {
    expect(readOptions({ withCredentials: given }).withCredentials).toBe(value)
  })
})

describe('fetch', () => {
  it('is taken as it is', () => {
    expect(readOptions({ fetch }).fetch).toBe(fetch)
  })

  it.each([
    [1, 'The option "fetch" must be a function, not 1'],
    [null, 'The option "fetch" must be a function, not null'],
    ['fetch', 'The option "fetch" must be a function, not "fetch"'],
    [{}, 'The option "fetch" must be a function, not an object'],
    [[], 'The option "fetch" must be a function, not an array'],
    [true, 'The option "fetch" must be a function, not true'],
    [Symbol('x'), 'The option "fetch" must be a function, not Symbol(x)'],
  ])('is never coerced: %s', (given, message) => {
    expect(() => readOptions({ fetch: given })).toThrow(new TypeError(message))
  })
})

describe('maxBufferSize', () => {
  it.each([1, 0.5, 1024, 2 ** 40, Infinity])('is a number of characters: %d', (given) => {
    expect(readOptions({ maxBufferSize: given }).maxBufferSize).toBe(given)
  })

  it.each([
    [-1, '-1'],
    [0, '0'],
    [-0, '0'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['1024', '"1024"'],
    [null, 'null'],
    [true, 'true'],
    [1024n, '1024'],
    [{}, 'an object'],
    [[1024], 'an array'],
    [() => 1024, 'a function'],
    [Symbol('x'), 'Symbol(x)'],
  ])('is never coerced and is above 0: %s', (given, shown) => {
    const message = `The option "maxBufferSize" must be a number of characters above 0, not ${shown}`
    expect(() => readOptions({ maxBufferSize: given })).toThrow(new TypeError(message))
  })
})

describe('a bad option', () => {
  const bad = [
    { fetch: 1 },
    { maxBufferSize: -1 },
    { method: 'FETCH' },
    { headers: { 'bad name': 'x' } },
    { headers: { 'X-Name': 'a\nb' } },
    { body: 'text' },
    { reconnect: 'yes' },
    { idleTimeout: NaN },
    { fetchOptions: { method: 'POST' } },
    { method: 'POST', body: new ReadableStream(), reconnect: true },
  ] as unknown as EventSourceInit[]

  it.each(bad)('throws out of the constructor, before any request: %j', (options) => {
    let requests = 0
    const fetch: EventSourceInit['fetch'] = () => {
      requests++
      return Promise.reject(new Error('not reached'))
    }
    expect(() => new EventSource('http://nowhere.test/', { fetch, ...options })).toThrow(TypeError)
    expect(requests).toBe(0)
  })

  it('leaves no listener at the signal', () => {
    const { signal } = new AbortController()
    const addEventListener = vi.spyOn(signal, 'addEventListener')
    expect(() => new EventSource('http://nowhere.test/', { signal, idleTimeout: NaN })).toThrow(TypeError)
    expect(addEventListener).not.toHaveBeenCalled()
  })

  it('is found before a bad URL', () => {
    expect(() => new EventSource('http://[', { maxBufferSize: -1 })).toThrow(TypeError)
  })
})
