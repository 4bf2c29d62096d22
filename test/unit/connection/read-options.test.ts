/** Options: absent, valid and invalid. Messages never show possible secrets. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readOptions } from '../../../src/connection/read-options.ts'
import { DEFAULT_POLICY } from '../../../src/connection/reconnect.ts'
import { EventSource } from '../../../src/index.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const { signal } = new AbortController()
const run = (): undefined => undefined

/** Values of every type, as messages show them. */
const VALUES = [
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

/** Each option, the requirement in its messages, and which of the values are valid. */
const OPTIONS: [name: string, wanted: string, isGood: (value: unknown) => boolean][] = [
  ['resume', 'a function', (value) => typeof value === 'function'],
  ['onComment', 'a function', (value) => typeof value === 'function'],
  ['redirect', '"follow", "error" or "same-origin"', () => false],
  ['signal', 'an AbortSignal', () => false],
  ['lastEventId', 'a string without line breaks or NUL', (value) => typeof value === 'string'],
  ['lastEventIdParameter', 'a parameter name', (value) => typeof value === 'string' && value !== ''],
  ['connectTimeout', 'a number of milliseconds >= 0', (value) => value === 0 || value === 1],
  ['idleTimeout', '"auto" or a number of milliseconds >= 0', (value) => value === 0 || value === 1],
  ['whenHidden', '"keep" or "close"', () => false],
  ['reconnectionTime', 'a number of milliseconds >= 0', (value) => value === 0 || value === 1],
  ['fetch', 'a function', (value) => typeof value === 'function'],
  ['fetchOptions', 'an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  ['maxBufferSize', 'a number of characters above 0', (value) => value === 1],
]

describe.each(OPTIONS)('option %s', (name, wanted, isGood) => {
  it('is never coerced; the message has the requirement and the given value', () => {
    for (const [value, shown] of VALUES.filter(([value]) => !isGood(value))) {
      const message = `Option "${name}" must be ${wanted}, got ${shown}`
      expect(() => readOptions({ [name]: value })).toThrow(new TypeError(message))
    }
  })

  it('keeps a valid value unchanged', () => {
    for (const [value] of VALUES.filter(([value]) => isGood(value))) {
      expect(readOptions({ [name]: value })).toHaveProperty(name, value)
    }
  })
})

describe('option redirect', () => {
  it.each(['follow', 'error', 'same-origin'])('may be %s', (redirect) => {
    expect(readOptions({ redirect }).redirect).toBe(redirect)
  })

  it.each(['manual', 'Follow', 'same-site'])('must not be %s', (redirect) => {
    const message = `Option "redirect" must be "follow", "error" or "same-origin", got "${redirect}"`
    expect(() => readOptions({ redirect })).toThrow(new TypeError(message))
  })
})

describe('option signal', () => {
  it('may be an AbortSignal of the runtime, aborted or not', () => {
    expect(readOptions({ signal }).signal).toBe(signal)
    expect(readOptions({ signal: AbortSignal.abort() }).signal?.aborted).toBe(true)
  })

  it('may be an AbortSignal of a polyfill', () => {
    const foreign = { aborted: false, addEventListener: run, removeEventListener: run }
    expect(readOptions({ signal: foreign }).signal).toBe(foreign)
  })

  it('must not be an AbortController or another EventTarget', () => {
    for (const other of [new AbortController(), new EventTarget()]) {
      expect(() => readOptions({ signal: other })).toThrow('Option "signal" must be an AbortSignal, got an object')
    }
  })
})

describe('option lastEventId', () => {
  it.each(['7', 'a b', '…', '🚀', '\x01', '\t'])('may be %j', (lastEventId) => {
    expect(readOptions({ lastEventId }).lastEventId).toBe(lastEventId)
  })

  it.each(['a\nb', '\r', 'a\0'])('must not be %j, which a stream could never send', (lastEventId) => {
    expect(() => readOptions({ lastEventId })).toThrow(/^Option "lastEventId" must be a string without line breaks/)
  })

  it('has lone surrogates replaced, as in a stream', () => {
    expect(readOptions({ lastEventId: 'a\ud800b\udc00' }).lastEventId).toBe('a\ufffdb\ufffd')
  })
})

describe('timeout options', () => {
  it.each(['connectTimeout', 'idleTimeout'])('%s may be a fraction, or Infinity to set no timer', (name) => {
    expect(readOptions({ [name]: 0.5 })).toHaveProperty(name, 0.5)
    expect(readOptions({ [name]: 2 ** 40 })).toHaveProperty(name, 2 ** 40)
    expect(readOptions({ [name]: Infinity })).toHaveProperty(name, Infinity)
  })
})

describe('option reconnectionTime', () => {
  it('may be infinite', () => {
    expect(readOptions({ reconnectionTime: Infinity }).reconnectionTime).toBe(Infinity)
  })
})

describe('default of the option reconnect', () => {
  it.each([
    ['on with GET', {}, true],
    ['on with get', { method: 'get' }, true],
    ['off with POST', { method: 'POST' }, false],
    ['off with QUERY', { method: 'QUERY' }, false],
    ['off with HEAD', { method: 'HEAD' }, false],
    ['on with POST and "resume"', { method: 'POST', resume: run }, true],
    ['off if "resume" is undefined', { method: 'POST', resume: undefined }, false],
  ])('is %s', (_, options, reconnects) => {
    const endIsFinal = !reconnects
    expect(readOptions(options).policy).toEqual({ ...DEFAULT_POLICY, reconnects, endIsFinal })
  })

  it('is overridden by an explicit "reconnect"', () => {
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
  whenHidden: 'keep',
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

  it('count as absent if they are undefined', () => {
    const names = [...Object.keys(DEFAULTS), 'reconnect']
    const undefineds = Object.fromEntries(names.map((name) => [name, undefined]))
    expect(readOptions(undefineds)).toEqual(DEFAULTS)
  })

  it.each([[true], ['x'], [1], [0n], [Symbol('x')]])('must be an object: %s', (init) => {
    expect(() => readOptions(init)).toThrow(TypeError)
    expect(() => readOptions(init)).toThrow(/^Options must be an object, got /)
  })

  it('are ignored if unknown, as in a WebIDL dictionary', () => {
    expect(readOptions({ other: 1 })).toEqual(DEFAULTS)
  })
})

it('an option may be inherited or a getter, as in a WebIDL dictionary', () => {
  class Options {
    get withCredentials(): boolean {
      return true
    }
  }
  expect(readOptions(new Options()).withCredentials).toBe(true)
  expect(readOptions(Object.create({ maxBufferSize: 7 })).maxBufferSize).toBe(7)
})

describe('option maxBufferSize', () => {
  it.each([1, 0.5, 1024, 2 ** 40, Infinity])('may be %d characters', (given) => {
    expect(readOptions({ maxBufferSize: given }).maxBufferSize).toBe(given)
  })
})

describe('invalid option', () => {
  it('leaves no listener on the signal', () => {
    const { signal } = new AbortController()
    const addEventListener = vi.spyOn(signal, 'addEventListener')
    expect(() => new EventSource('http://nowhere.test/', { signal, idleTimeout: NaN })).toThrow(TypeError)
    expect(addEventListener).not.toHaveBeenCalled()
  })

  it('is reported before an invalid URL', () => {
    expect(() => new EventSource('http://[', { maxBufferSize: -1 })).toThrow(TypeError)
  })
})

describe('option fetchOptions', () => {
  it.each([
    [{}],
    [{ keepalive: true, referrerPolicy: 'no-referrer', integrity: '', priority: 'low' }],
    [{ dispatcher: { dispatch: () => true } }],
    [{ tls: { rejectUnauthorized: false }, proxy: 'http://proxy.test:8080' }],
    [{ client: {} }],
  ])('accepts other members: %j', (fetchOptions) => {
    expect(readOptions({ fetchOptions }).fetchOptions).toBe(fetchOptions)
  })

  it.each([
    ['method', 'method'],
    ['headers', 'headers'],
    ['body', 'body'],
    ['redirect', 'redirect'],
    ['signal', 'signal'],
    ['credentials', 'withCredentials'],
  ])('rejects %s in favor of the option %s', (member, option) => {
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
  ])("rejects values that the runtime's fetch would throw for: %j", (fetchOptions) => {
    const read = (): unknown => readOptions({ fetchOptions })
    expect(read).toThrow(TypeError)
    expect(read).toThrow(/^Option "fetchOptions" is not supported in this runtime: ./)
  })

  it('accepts any value with a custom fetch', () => {
    expect(readOptions({ fetch, fetchOptions: { referrerPolicy: 'x' } }).fetchOptions).toEqual({ referrerPolicy: 'x' })
  })

  it.each([
    ['a proxy URL', 'http://user:proxy-secret@proxy.test:8080'],
    ['an options object', { bodyTimeout: 0 }],
    ['null', null],
  ])("requires an undici dispatcher rather than %s, which the message doesn't show", (_, dispatcher) => {
    const read = (): unknown => readOptions({ fetchOptions: { dispatcher } })
    expect(read).toThrow(TypeError)
    expect(read).toThrow(/^Option "fetchOptions.dispatcher" must be an undici dispatcher, got /)
    expect(read).not.toThrow(/proxy-secret/)
  })

  it('is not checked in a runtime without Request', () => {
    vi.stubGlobal('Request', undefined)
    expect(readOptions({ fetchOptions: { referrerPolicy: 'x' } }).fetchOptions).toEqual({ referrerPolicy: 'x' })
  })
})

describe('option headers', () => {
  it('is read at once if it has values', () => {
    const headers = { 'X-Name': 'value' }
    const read = readOptions({ headers }).headers
    headers['X-Name'] = 'later'
    expect(read).toEqual({ 'X-Name': 'value' })
  })

  it('is kept if it is a function', () => {
    expect(readOptions({ headers: run }).headers).toBe(run)
  })

  it('rejects names that the runtime would drop, unless a custom fetch sends them', () => {
    vi.stubGlobal('Request', BrowserRequest)
    expect(() => readOptions({ headers: { Cookie: 'a=b' } })).toThrow(
      'Option "headers" has "Cookie", which fetch drops in this runtime',
    )
    expect(readOptions({ headers: { Cookie: 'a=b' }, fetch }).headers).toEqual({ Cookie: 'a=b' })
  })

  it('rejects a promise, which would send no headers', () => {
    const headers = Promise.resolve({ Authorization: 'Bearer x' })
    expect(() => readOptions({ headers })).toThrow(/^Option "headers" must be /)
  })
})

/** Like a browser, silently drops headers that scripts must not set. */
class BrowserRequest extends Request {
  constructor(input: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers)
    for (const name of ['Cookie', 'Origin']) headers.delete(name)
    super(input, { ...init, headers })
  }
}
