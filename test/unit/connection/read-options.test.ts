/** The options: each absent, good and bad. No message shows what may be a secret. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readOptions } from '../../../src/connection/read-options.ts'
import { DEFAULT_POLICY } from '../../../src/connection/reconnect.ts'
import { EventSource } from '../../../src/index.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const { signal } = new AbortController()
const run = (): undefined => undefined

/** Values of every kind, with what a message says of them. */
const KINDS = [
  [0, '0'],
  [1, '1'],
  [-1, '-1'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  ['', '""'],
  ['1', '"1"'],
  ['yes', '"yes"'],
  [true, 'true'],
  [false, 'false'],
  [null, 'null'],
  [1n, '1'],
  [{}, 'an object'],
  [[], 'an array'],
  [run, 'a function'],
  [Symbol('x'), 'Symbol(x)'],
] as const

/** The options, what they must be, and which of the kinds are good. */
const OPTIONS: [name: string, wanted: string, isGood: (value: unknown) => boolean][] = [
  ['resume', 'a function', (value) => typeof value === 'function'],
  ['onComment', 'a function', (value) => typeof value === 'function'],
  ['redirect', '"follow", "error" or "same-origin"', () => false],
  ['signal', 'an AbortSignal', () => false],
  ['lastEventId', 'a string without line breaks or NUL', (value) => typeof value === 'string'],
  ['lastEventIdParameter', 'a parameter name', (value) => typeof value === 'string' && value !== ''],
  ['connectTimeout', 'a number of milliseconds >= 0', (value) => value === 0 || value === 1],
  ['idleTimeout', 'a number of milliseconds >= 0', (value) => value === 0 || value === 1],
  ['reconnectionTime', 'a number of milliseconds >= 0', (value) => value === 0 || value === 1],
  ['fetch', 'a function', (value) => typeof value === 'function'],
  ['fetchOptions', 'an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  ['maxBufferSize', 'a number of characters above 0', (value) => value === 1],
]

describe.each(OPTIONS)('%s', (name, wanted, isGood) => {
  it('is never coerced: the message says what it must be, and what was given', () => {
    for (const [value, shown] of KINDS.filter(([value]) => !isGood(value))) {
      const message = `Option "${name}" must be ${wanted}, got ${shown}`
      expect(() => readOptions({ [name]: value })).toThrow(new TypeError(message))
    }
  })

  it('is taken as it is where it is good', () => {
    for (const [value] of KINDS.filter(([value]) => isGood(value))) {
      expect(readOptions({ [name]: value })).toHaveProperty(name, value)
    }
  })
})

describe('redirect', () => {
  it.each(['follow', 'error', 'same-origin'])('may be %s', (redirect) => {
    expect(readOptions({ redirect }).redirect).toBe(redirect)
  })

  it.each(['manual', 'Follow', 'same-site'])('may not be %s', (redirect) => {
    const message = `Option "redirect" must be "follow", "error" or "same-origin", got "${redirect}"`
    expect(() => readOptions({ redirect })).toThrow(new TypeError(message))
  })
})

describe('signal', () => {
  it("may be the runtime's, aborted or not", () => {
    expect(readOptions({ signal }).signal).toBe(signal)
    expect(readOptions({ signal: AbortSignal.abort() }).signal?.aborted).toBe(true)
  })

  it("may be a polyfill's", () => {
    const foreign = { aborted: false, addEventListener: run, removeEventListener: run }
    expect(readOptions({ signal: foreign }).signal).toBe(foreign)
  })

  it('is not its controller, nor any EventTarget', () => {
    for (const other of [new AbortController(), new EventTarget()]) {
      expect(() => readOptions({ signal: other })).toThrow('Option "signal" must be an AbortSignal, got an object')
    }
  })
})

describe('lastEventId', () => {
  it.each(['7', 'a b', '…', '🚀', '\x01', '\t'])('may be %j', (lastEventId) => {
    expect(readOptions({ lastEventId }).lastEventId).toBe(lastEventId)
  })

  it.each(['a\nb', '\r', 'a\0'])('may not be %j, which no stream can have', (lastEventId) => {
    expect(() => readOptions({ lastEventId })).toThrow(/^Option "lastEventId" must be a string without line breaks/)
  })

  it('has no lone surrogates, as what comes from a stream', () => {
    expect(readOptions({ lastEventId: 'a\ud800b\udc00' }).lastEventId).toBe('a\ufffdb\ufffd')
  })
})

describe('a time limit', () => {
  it.each(['connectTimeout', 'idleTimeout'])('%s may be a fraction, or Infinity, which sets no timer', (name) => {
    expect(readOptions({ [name]: 0.5 })).toHaveProperty(name, 0.5)
    expect(readOptions({ [name]: 2 ** 40 })).toHaveProperty(name, 2 ** 40)
    expect(readOptions({ [name]: Infinity })).toHaveProperty(name, Infinity)
  })
})

describe('reconnectionTime', () => {
  it('may be infinite', () => {
    expect(readOptions({ reconnectionTime: Infinity }).reconnectionTime).toBe(Infinity)
  })
})

describe('whether a lost connection is reestablished, where "reconnect" is absent', () => {
  it.each([
    ['yes with GET', {}, true],
    ['yes with get', { method: 'get' }, true],
    ['not with POST', { method: 'POST' }, false],
    ['not with QUERY', { method: 'QUERY' }, false],
    ['not with HEAD', { method: 'HEAD' }, false],
    ['yes with POST and "resume"', { method: 'POST', resume: run }, true],
    ['not where "resume" is undefined', { method: 'POST', resume: undefined }, false],
  ])('%s', (_, options, reconnects) => {
    const endIsFinal = !reconnects
    expect(readOptions(options).policy).toEqual({ ...DEFAULT_POLICY, reconnects, endIsFinal })
  })

  it('is as "reconnect" says otherwise', () => {
    expect(readOptions({ reconnect: false }).policy.reconnects).toBe(false)
    expect(readOptions({ reconnect: false, resume: run }).policy.reconnects).toBe(false)
    expect(readOptions({ reconnect: true, method: 'POST' }).policy.reconnects).toBe(true)
    expect(readOptions({ reconnect: {}, method: 'POST' }).policy.reconnects).toBe(true)
  })
})

const DEFAULTS = {
  withCredentials: false,
  fetch: undefined,
  method: 'GET',
  headers: {},
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
  policy: DEFAULT_POLICY,
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
    expect(() => readOptions(init)).toThrow(/^Options must be an object, got /)
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

describe('maxBufferSize', () => {
  it.each([1, 0.5, 1024, 2 ** 40, Infinity])('is a number of characters: %d', (given) => {
    expect(readOptions({ maxBufferSize: given }).maxBufferSize).toBe(given)
  })
})

describe('a bad option', () => {
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

describe('fetchOptions', () => {
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
    ['method', 'method'],
    ['headers', 'headers'],
    ['body', 'body'],
    ['redirect', 'redirect'],
    ['signal', 'signal'],
    ['credentials', 'withCredentials'],
  ])('have no %s: there is the option %s', (member, option) => {
    const message = `Option "fetchOptions" must not contain "${member}". Use option "${option}"`
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
    expect(read).toThrow(/^Option "fetchOptions" is not supported here: ./)
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
    expect(read).toThrow(/^Option "fetchOptions.dispatcher" must be an undici dispatcher, got /)
    expect(read).not.toThrow(/proxy-secret/)
  })

  it('are not judged where there is no Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(readOptions({ fetchOptions: { referrerPolicy: 'x' } }).fetchOptions).toEqual({ referrerPolicy: 'x' })
  })
})

describe('the option "headers"', () => {
  it('are read at once where they are values', () => {
    const headers = { 'X-Name': 'value' }
    const read = readOptions({ headers }).headers
    headers['X-Name'] = 'later'
    expect(read).toEqual({ 'X-Name': 'value' })
  })

  it('are kept where they are a function', () => {
    expect(readOptions({ headers: run }).headers).toBe(run)
  })

  it('that the runtime would drop are refused, unless a fetch of the caller sends them', () => {
    vi.stubGlobal('Request', BrowserRequest)
    expect(() => readOptions({ headers: { Cookie: 'a=b' } })).toThrow(
      'Option "headers" has "Cookie", which is forbidden here',
    )
    expect(readOptions({ headers: { Cookie: 'a=b' }, fetch }).headers).toEqual({ Cookie: 'a=b' })
  })

  it('that are a promise are refused: it would send none', () => {
    const headers = Promise.resolve({ Authorization: 'Bearer x' })
    expect(() => readOptions({ headers })).toThrow(/^Option "headers" must be /)
  })
})

/** Browsers keep pages from setting certain headers, and drop them without a word. */
class BrowserRequest extends Request {
  constructor(input: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers)
    for (const name of ['Cookie', 'Origin']) headers.delete(name)
    super(input, { ...init, headers })
  }
}
