/** The options that say when and where to connect: each absent, good and bad. */

import { describe, expect, it } from 'vitest'
import { STANDARD_POLICY } from '../../../src/connection/policy.ts'
import { readOptions } from '../../../src/connection/read-options.ts'

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
  ['lastEventId', 'a string without line ends and NUL', (value) => typeof value === 'string'],
  ['lastEventIdParameter', 'a well-formed name', (value) => typeof value === 'string' && value !== ''],
  ['connectTimeout', 'a number of milliseconds from 0 (0: no limit)', (value) => value === 0 || value === 1],
  ['idleTimeout', 'a number of milliseconds from 0 (0: no limit)', (value) => value === 0 || value === 1],
  ['reconnectionTime', 'a number of milliseconds from 0', (value) => value === 0 || value === 1],
]

describe.each(OPTIONS)('%s', (name, wanted, isGood) => {
  it('is never coerced: the message says what it must be, and what was given', () => {
    for (const [value, shown] of KINDS.filter(([value]) => !isGood(value))) {
      const message = `The option "${name}" must be ${wanted}, not ${shown}`
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
    const message = `The option "redirect" must be "follow", "error" or "same-origin", not "${redirect}"`
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
      expect(() => readOptions({ signal: other })).toThrow('The option "signal" must be an AbortSignal, not an object')
    }
  })
})

describe('lastEventId', () => {
  it.each(['7', 'a b', '…', '🚀', '\x01', '\t'])('may be %j', (lastEventId) => {
    expect(readOptions({ lastEventId }).lastEventId).toBe(lastEventId)
  })

  it.each(['a\nb', '\r', 'a\0'])('may not be %j, which no stream can have', (lastEventId) => {
    expect(() => readOptions({ lastEventId })).toThrow(/^The option "lastEventId" must be a string without line ends/)
  })

  it('has no lone surrogates, as what comes from a stream', () => {
    expect(readOptions({ lastEventId: 'a\ud800b\udc00' }).lastEventId).toBe('a\ufffdb\ufffd')
  })
})

describe('a time limit', () => {
  it.each(['connectTimeout', 'idleTimeout'])('%s may be a fraction, or Infinity, which is none', (name) => {
    expect(readOptions({ [name]: 0.5 })).toHaveProperty(name, 0.5)
    expect(readOptions({ [name]: 2 ** 40 })).toHaveProperty(name, 2 ** 40)
    expect(readOptions({ [name]: Infinity })).toHaveProperty(name, 0)
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
    expect(readOptions(options).policy).toEqual({ ...STANDARD_POLICY, reconnects })
  })

  it('is as "reconnect" says otherwise', () => {
    expect(readOptions({ reconnect: false }).policy.reconnects).toBe(false)
    expect(readOptions({ reconnect: false, resume: run }).policy.reconnects).toBe(false)
    expect(readOptions({ reconnect: true, method: 'POST' }).policy.reconnects).toBe(true)
    expect(readOptions({ reconnect: {}, method: 'POST' }).policy.reconnects).toBe(true)
  })
})
