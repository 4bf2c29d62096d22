/** The option `fetchOptions`. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readOptions } from '../../../src/connection/read-options.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('fetchOptions', () => {
  it('are none where they are absent', () => {
    expect(readOptions({}).fetchOptions).toEqual({})
  })

  it.each([
    [{}],
    [{ keepalive: true, referrerPolicy: 'no-referrer', integrity: '', priority: 'low' }],
    [{ dispatcher: { dispatch: () => true } }],
    [{ tls: { rejectUnauthorized: false }, proxy: 'http://proxy.test:8080' }],
    [{ client: {} }],
  ])('are any other members: %j', (fetchOptions) => {
    expect(readOptions({ fetchOptions }).fetchOptions).toBe(fetchOptions)
  })

  it.each([
    [null, 'null'],
    [true, 'true'],
    ['keepalive', '"keepalive"'],
    [1, '1'],
    [NaN, 'NaN'],
    [[], 'an array'],
    [() => ({}), 'a function'],
  ])('are an object, not %s', (fetchOptions, shown) => {
    expect(() => readOptions({ fetchOptions })).toThrow(
      new TypeError(`The option "fetchOptions" must be an object, not ${shown}`),
    )
  })

  it.each([
    ['method', 'method'],
    ['headers', 'headers'],
    ['body', 'body'],
    ['redirect', 'redirect'],
    ['signal', 'signal'],
    ['credentials', 'withCredentials'],
  ])('have no %s: there is the option %s', (member, option) => {
    const message = `The option "fetchOptions" has the member "${member}": pass the option "${option}" instead`
    for (const value of ['member-secret', undefined, null]) {
      expect(() => readOptions({ fetchOptions: { [member]: value } })).toThrow(new TypeError(message))
    }
    const inherited = Object.create({ [member]: 'member-secret' }) as object
    expect(() => readOptions({ fetchOptions: inherited })).toThrow(new TypeError(message))
  })

  it.each([
    [{ referrerPolicy: 'x' }],
    [{ mode: 'navigate' }],
    [{ mode: 'x' }],
    [{ cache: 'x' }],
    [{ window: 'x' }],
    [{ keepalive: true, referrer: 'http://[' }],
  ])('that the fetch of the runtime would throw for are refused: %j', (fetchOptions) => {
    const read = (): unknown => readOptions({ fetchOptions })
    expect(read).toThrow(TypeError)
    expect(read).toThrow(/^The option "fetchOptions" is nothing that this runtime's fetch takes: ./)
  })

  it("that only a caller's fetch sees are theirs to judge", () => {
    expect(readOptions({ fetch, fetchOptions: { referrerPolicy: 'x' } }).fetchOptions).toEqual({ referrerPolicy: 'x' })
  })

  it.each([
    ['the URL of a proxy', 'http://user:proxy-secret@proxy.test:8080'],
    ['an object of options', { bodyTimeout: 0 }],
    ['null', null],
  ])('have a dispatcher of undici, not %s, which is not shown', (_, dispatcher) => {
    const read = (): unknown => readOptions({ fetchOptions: { dispatcher } })
    expect(read).toThrow(TypeError)
    expect(read).toThrow(/^The option "fetchOptions.dispatcher" must be a dispatcher of undici, not /)
    expect(read).not.toThrow(/proxy-secret/)
  })

  it('are not judged where there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(readOptions({ fetchOptions: { referrerPolicy: 'x' } }).fetchOptions).toEqual({ referrerPolicy: 'x' })
  })
})
