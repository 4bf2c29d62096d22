/** The check of what arrives on the channel, where any script of the origin can post. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf, readMessage, VERSION, type Content, type Entry, type Message } from '../../../src/shared/protocol.ts'

const TERM = Date.now() + 0.5
const HEADER = { version: VERSION, from: '0.1', term: TERM }
const ERROR = { message: 'gone', reason: 'network', attempt: 1, endedMidEvent: false }
const FULL_ERROR = { ...ERROR, status: 503, code: 'ECONNRESET', retryAfter: 1_000 }

const SNAPSHOT = {
  at: [TERM, 3] as const,
  isOpen: true,
  wasOpen: true,
  retryAt: 0,
  origin: 'http://a.test',
  lastEventId: '7',
}

const ENTRIES: Entry[] = [
  ['term', TERM, 0],
  ['connecting'],
  ['open', 'http://a.test'],
  ['message', 'news', 'data', ''],
  ['id', ''],
  ['lost', ERROR, 0],
  ['lost', FULL_ERROR, 3_000],
  ['failed', ERROR],
]

const CONTENTS: Content[] = [
  { type: 'ask', at: undefined },
  { type: 'ask', at: [TERM, 0] },
  { type: 'elect', at: undefined },
  { type: 'elect', at: [TERM, 5] },
  { type: 'entries', first: 1, entries: ENTRIES, reconnectionTime: 0 },
  { type: 'entries', to: 'x', first: 1, entries: [], reconnectionTime: 3_000 },
  { type: 'state', to: 'x', at: undefined, reconnectionTime: 3_000, snapshot: SNAPSHOT },
  { type: 'state', to: 'x', at: [TERM, 1], reconnectionTime: 1, snapshot: { ...SNAPSHOT, lastEventId: undefined } },
  { type: 'reconnect', at: undefined },
  { type: 'reconnect', at: [TERM, 2] },
  { type: 'bye', snapshot: SNAPSHOT },
  { type: 'position', to: 'x', snapshot: undefined, missed: undefined },
  { type: 'position', to: 'x', snapshot: SNAPSHOT, missed: { first: 2, entries: ENTRIES } },
]

const MESSAGES: Message[] = CONTENTS.map((content) => ({ ...content, ...HEADER }))

const WRONG: unknown[] = [
  null,
  true,
  -1,
  NaN,
  Infinity,
  Number.MAX_SAFE_INTEGER,
  1n,
  '',
  'x',
  {},
  [],
  [undefined],
  new Uint8Array(9),
  new Date(),
  new Map(),
]

/** The paths of all values in a message: names and indices. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  const inner = Object.entries(value).flatMap(([name, member]) => pathsIn(member).map((path) => [name, ...path]))
  return [[], ...inner]
}

/** A copy with another value at a path. */
function changed(value: unknown, [name, ...path]: string[], to: unknown): unknown {
  if (name === undefined) return to
  const copy: Record<string, unknown> = structuredClone(value) as never
  copy[name] = changed(copy[name], path, to)
  return copy
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce((inner, name) => (inner as Record<string, unknown>)[name], value)
}

const named = MESSAGES.map((message): [string, Message] => [message.type, message])

describe('a message is accepted', () => {
  it.each(named)('of type %s', (_, message) => {
    expect(readMessage(message)).toBe(message)
    expect(readMessage(structuredClone(message))).toEqual(message)
  })

  it('with members that this version does not know', () => {
    for (const message of MESSAGES) expect(readMessage({ ...message, later: 1 })).toBeDefined()
  })

  it('with a term of the next hours, because clocks differ', () => {
    expect(readMessage({ ...HEADER, term: Date.now() + 3_600_000, type: 'ask' })).toBeDefined()
  })
})

describe('a message is ignored', () => {
  it.each([
    ['of a later version', { version: VERSION + 1 }],
    ['of an earlier version', { version: VERSION - 1 }],
    ['with its version as text', { version: String(VERSION) }],
    ['without a version', { version: undefined }],
    ['of an unknown type', { type: 'other' }],
    ['whose type is a member of objects', { type: 'constructor' }],
    ['whose type is not a string', { type: ['ask'] }],
    ['without a sender', { from: undefined }],
    ['with a term in the far future', { term: 2 ** 53 - 2 }],
    ['with a term of the day after tomorrow', { term: Date.now() + 2 * 86_400_000 }],
    ['with a position of the day after tomorrow', { at: [Date.now() + 2 * 86_400_000, 1] }],
  ])('%s', (_, members) => {
    const valid = { ...HEADER, type: 'ask', at: undefined }
    expect(readMessage(valid)).toBeDefined()
    expect(readMessage({ ...valid, ...members })).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['of an unknown kind', ['other']],
    ['whose kind is a member of objects', ['constructor']],
    ['that is empty', []],
    ['that is an object', { 0: 'connecting' }],
    ['without its origin', ['open']],
    ['without its ID', ['message', 'news', 'data']],
    ['without its delay', ['lost', ERROR]],
    ['with a negative delay', ['lost', ERROR, -1]],
    ['without its error', ['failed']],
    ['with an error without a message', ['failed', { ...ERROR, message: undefined }]],
    ['with an error with a status that is text', ['failed', { ...ERROR, status: '404' }]],
    ['with a term that is text', ['term', '1', 0]],
  ])('with an entry %s', (_, entry) => {
    const message = { ...HEADER, type: 'entries', first: 1, reconnectionTime: 1 }
    expect(readMessage({ ...message, entries: [['connecting']] })).toBeDefined()
    expect(readMessage({ ...message, entries: [['connecting'], entry] })).toBeUndefined()
  })

  it('with sparse entries', () => {
    const message = { ...HEADER, type: 'entries', first: 1, reconnectionTime: 1, entries: new Array(3) }
    expect(readMessage(structuredClone(message))).toBeUndefined()
  })

  it('if a value has another type', () => {
    for (const message of MESSAGES) {
      for (const path of pathsIn(message)) {
        const value = at(message, path)
        for (const wrong of WRONG) {
          // Any non-negative number or string may be valid, and any list of entries.
          if (typeOf(wrong) === typeOf(value) && !Number.isNaN(wrong) && typeof wrong !== 'number') continue
          // Optional.
          if (value === undefined) continue
          const garbage = changed(message, path, wrong)
          expect([path, wrong, readMessage(garbage)]).toEqual([path, wrong, undefined])
        }
      }
    }
  })

  it('if it is anything else', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true }), (garbage) => {
        expect(readMessage(garbage)).toBeUndefined()
      }),
    )
  })

  it('never with an exception, if anything is somewhere in it', () => {
    const places = MESSAGES.flatMap((message) => pathsIn(message).map((path): [Message, string[]] => [message, path]))
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything({ withSparseArray: true }), ([message, path], garbage) => {
        const read = readMessage(changed(message, path, garbage))
        // Accepted messages can be used.
        if (read?.type === 'entries') for (const [kind] of read.entries) expect(typeof kind).toBe('string')
        if (read) expect(typeof read.from + typeof read.term).toBe('stringnumber')
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('the key', () => {
  const key = (url: string, withCredentials = false, name = ''): string => keyOf(new URL(url), withCredentials, name)

  it('has the version, the name, the credentials mode and the URL', () => {
    expect(key('http://a.test/x?y')).toBe(`everysource/${VERSION} ["",false,"http://a.test/x?y"]`)
    expect(key('http://a.test/', true, 'n"1')).toBe(`everysource/${VERSION} ["n\\"1",true,"http://a.test/"]`)
  })

  it('has no user, password or fragment', () => {
    expect(key('http://user:pw@a.test/x#y')).toBe(key('http://a.test/x'))
  })
})
