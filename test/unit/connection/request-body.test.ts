/** The options `method` and `body`. Messages never show possible secrets. */

import { Readable } from 'node:stream'
import { FormData as UndiciFormData } from 'undici'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readOptions } from '../../../src/connection/read-options.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('option method', () => {
  it.each([
    ['GET', 'GET'],
    ['get', 'GET'],
    ['HEAD', 'HEAD'],
    ['post', 'POST'],
    ['PUT', 'PUT'],
    ['patch', 'PATCH'],
    ['DELETE', 'DELETE'],
    ['options', 'OPTIONS'],
    ['QUERY', 'QUERY'],
    ['REPORT', 'REPORT'],
    ['m-search', 'M-SEARCH'],
  ])('%s is normalized to %s', (method, read) => {
    expect(readOptions({ method }).method).toBe(read)
  })

  it.each([
    ['CONNECT', '"CONNECT"'],
    ['TRACE', '"TRACE"'],
    ['track', '"track"'],
    ['', '""'],
    [' GET', '" GET"'],
    ['PO ST', '"PO ST"'],
    [null, 'null'],
    [1, '1'],
    [{}, 'an object'],
    [['POST'], 'an array'],
    [() => undefined, 'a function'],
  ])('must not be %s', (method, shown) => {
    const message = `Option "method" must be a method that fetch allows, got ${shown}`
    expect(() => readOptions({ method })).toThrow(new TypeError(message))
  })
})

const POST = { method: 'POST' }
const run = (): undefined => undefined

describe('option body', () => {
  it.each([
    ['a string', 'text'],
    ['an empty string', ''],
    ['bytes', new Uint8Array(3)],
    ['a view', new DataView(new ArrayBuffer(3))],
    ['a buffer', new ArrayBuffer(3)],
    ['a Node Buffer', Buffer.from('x')],
    ['a Blob', new Blob(['x'])],
    ['a File', new File(['x'], 'x.txt')],
    ['a FormData', new FormData()],
    ['a URLSearchParams', new URLSearchParams('a=b')],
    ['a ReadableStream', new ReadableStream()],
    ['a function', run],
  ])('may be %s', (_, body) => {
    expect(readOptions({ ...POST, body }).body).toBe(body)
  })

  it("may be a FormData of another library only with a custom fetch: the runtime's would send it as a string", () => {
    const body = new UndiciFormData()
    const fetch = vi.fn()
    expect(readOptions({ ...POST, body, fetch }).body).toBe(body)
    expect(() => readOptions({ ...POST, body })).toThrow(/^Option "body" is a FormData from another library/)
  })

  it.each(['Blob', 'File'])('may be a %s of another library only with a custom fetch', (name) => {
    const body = { get [Symbol.toStringTag]() { return name } } // prettier-ignore
    expect(readOptions({ ...POST, body, fetch: vi.fn() }).body).toBe(body)
    expect(() => readOptions({ ...POST, body })).toThrow(`Option "body" is a ${name} from another library`)
  })

  it('may be a Blob of text', () => {
    const body = new Blob(['x'], { type: 'text/plain;charset=UTF-8' })
    expect(readOptions({ ...POST, body }).body).toBe(body)
  })

  it('must not be shared memory, which fetch would convert to a string', () => {
    expect(() => readOptions({ ...POST, body: new Uint8Array(new SharedArrayBuffer(3)) })).toThrow(/^Option "body"/)
  })

  it.each([[undefined], [null]])('may be %s with any method, for no body', (body) => {
    for (const method of ['GET', 'HEAD', 'POST']) expect(readOptions({ method, body }).body).toBeUndefined()
  })

  const WANTED =
    'a string (JSON.stringify(…) for an object), bytes, a Blob, FormData, URLSearchParams or a ReadableStream (Readable.toWeb(…) for a Node stream)'
  it.each([
    ['an object', { a: 'body-secret' }, 'an object'],
    ['an object without a prototype', Object.create(null) as object, 'an object'],
    ['an array', ['body-secret'], 'an array'],
    ['a Node stream', Readable.from(['body-secret']), 'an object'],
    ['a number', 7, '7'],
    ['a boolean', true, 'true'],
    ['a Map', new Map(), 'an object'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
  ])('must not be %s', (_, body, shown) => {
    const read = (): unknown => readOptions({ ...POST, body })
    expect(read).toThrow(TypeError)
    expect(read).toThrow(`Option "body" must be ${WANTED}, or a function that returns one of these, got ${shown}`)
    expect(read).not.toThrow(/body-secret/)
  })

  it('has an error message that says how to convert a Node stream', () => {
    expect(() => readOptions({ ...POST, body: Readable.from(['x']) })).toThrow('Readable.toWeb(…)')
  })

  it.each(['GET', 'HEAD', 'get', undefined])('is rejected with the method %s, even as a function', (method) => {
    const shown = method?.toUpperCase() ?? 'GET'
    for (const body of ['body-secret', '', run, new ReadableStream()]) {
      expect(() => readOptions({ method, body })).toThrow(
        new TypeError(`Option "body" needs a "method" such as POST, got ${shown}`),
      )
    }
  })
})

describe('ReadableStream as the option body', () => {
  const body = new ReadableStream()

  it.each([[true], [{}], [{ maxAttempts: 1 }]])(
    'is rejected with "reconnect" %j, because it can be sent only once',
    (reconnect) => {
      expect(() => readOptions({ ...POST, body, reconnect })).toThrow(
        new TypeError(
          `Can't reconnect: a ReadableStream "body" can be sent only once. Pass a function that returns a new one`,
        ),
      )
    },
  )

  it.each([
    ['without "reconnect"', {}],
    ['with "reconnect" off', { reconnect: false }],
    ['with "resume", which provides later requests', { resume: run }],
    ['with "resume" and "reconnect"', { resume: run, reconnect: true }],
  ])('is accepted %s', (_, options) => {
    expect(readOptions({ ...POST, body, ...options }).body).toBe(body)
  })

  it('is accepted from a function', () => {
    expect(readOptions({ ...POST, body: () => body, reconnect: true }).body).toBeTypeOf('function')
  })

  it("is rejected if the runtime's fetch would convert it to a string", () => {
    vi.stubGlobal(
      'Request',
      class extends Request {
        constructor(url: string, init: RequestInit) {
          super(url, { ...init, body: '[object ReadableStream]' })
        }
      },
    )
    expect(() => readOptions({ ...POST, body })).toThrow(
      new TypeError('Option "body" is a ReadableStream, which fetch cannot send in this runtime'),
    )
  })
})
