/** The log of a member: what it receives, keeps for others, and takes back. */

import { describe, expect, it } from 'vitest'
import { createLog, isLater, isSame, type Log } from '../../../src/shared/log.ts'
import type { Entry } from '../../../src/shared/protocol.ts'

const message = (data: string, id = ''): Entry => ['message', 'message', data, id]
const term = (number: number, after = 0): Entry => ['term', number, after]
const OPENED: Entry = ['open', 'http://a.test']
const LOST: Entry = [
  'lost',
  { message: 'gone', reason: 'status', retryAfter: 1_000, attempt: 1, endedMidEvent: false },
  1_000,
]

/** A log with these entries of term 1. */
function logOf(...entries: Entry[]): Log {
  const log = createLog('')
  for (const entry of [term(1), ...entries]) log.add(entry)
  return log
}

/** The data of messages, and the kinds of other entries. */
function shown(entries: readonly Entry[] | undefined): string[] | undefined {
  return entries?.map((entry) => (entry[0] === 'message' ? entry[2] : entry[0]))
}

describe('positions', () => {
  it.each([
    [[1, 2], [1, 1], true],
    [[2, 1], [1, 9], true],
    [[1, 1], [1, 1], false],
    [[1, 9], [2, 1], false],
    [[1, 1], undefined, true],
    [undefined, [1, 1], false],
    [undefined, undefined, false],
  ] as const)('%j is later than %j: %j', (one, two, expected) => {
    expect(isLater(one, two)).toBe(expected)
  })

  it('are the same if both numbers are', () => {
    expect(isSame([1, 2], [1, 2])).toBe(true)
    expect(isSame([1, 2], [1, 3])).toBe(false)
    expect(isSame([1, 2], [2, 2])).toBe(false)
    expect(isSame(undefined, undefined)).toBe(true)
    expect(isSame([1, 2], undefined)).toBe(false)
  })
})

describe('the state', () => {
  it('is empty at first, except for the option', () => {
    expect(createLog('')).toMatchObject({ lastEventId: undefined, position: undefined, snapshot: undefined, next: 1 })
    expect(createLog('7').lastEventId).toBe('7')
  })

  it('follows the entries', () => {
    const log = logOf(OPENED, message('a', '1'), ['id', '2'])
    expect(log).toMatchObject({ isOpen: true, wasOpen: true, lastEventId: '2', position: [1, 4], next: 5 })
    const before = Date.now()
    log.add(LOST)
    expect(log).toMatchObject({ isOpen: false, wasOpen: false })
    expect(log.retryAt).toBeGreaterThanOrEqual(before + 1_000)
    expect(log.snapshot).toMatchObject({ at: [1, 5], origin: 'http://a.test', lastEventId: '2' })
    log.add(OPENED)
    expect(log.retryAt).toBe(0)
  })

  it('is not open after disconnected() or a new term', () => {
    const log = logOf(OPENED)
    log.disconnected()
    expect(log).toMatchObject({ isOpen: false, wasOpen: true })
    log.add(OPENED)
    log.add(term(2, 1))
    expect(log).toMatchObject({ isOpen: false, wasOpen: false, position: [2, 4] })
  })

  it('is open again after rejoined(), once', () => {
    const log = logOf(OPENED)
    expect(log.rejoined()).toBeUndefined()
    log.disconnected()
    expect(log.rejoined()).toEqual(OPENED)
    expect(log.isOpen).toBe(true)
    expect(log.rejoined()).toBeUndefined()
    log.add(LOST)
    log.disconnected()
    expect(log.rejoined()).toBeUndefined()
  })

  it('has the number of the entry that began to connect', () => {
    const log = logOf(OPENED)
    expect(log.connectingAt).toBe(1)
    log.add(['connecting'])
    log.add(OPENED)
    expect(log.connectingAt).toBe(3)
    log.add(term(2, 1))
    expect(log.connectingAt).toBe(5)
  })

  it('is taken from a snapshot, without the entries', () => {
    const from = logOf(OPENED, message('a', '5'))
    const log = createLog('mine')
    if (from.snapshot) log.jump(from.snapshot)
    expect(log.snapshot).toEqual(from.snapshot)
    expect(log.since([1, 1])).toBeUndefined()
    expect(log.since([1, 3])).toEqual({ first: 4, entries: [] })
    expect(shown(log.receive({ first: 4, entries: [message('b')] }, 1))).toEqual(['b'])
  })

  it('keeps the entries if the snapshot is at the same position', () => {
    const log = logOf(OPENED, message('a', '5'))
    if (log.snapshot) log.jump({ ...log.snapshot, isOpen: false })
    expect(log.isOpen).toBe(false)
    expect(shown(log.since([1, 1])?.entries)).toEqual(['open', 'a'])
  })
})

describe('receive', () => {
  it('returns the entries that are new', () => {
    const log = logOf(message('a'))
    expect(shown(log.receive({ first: 3, entries: [message('b'), message('c')] }, 1))).toEqual(['b', 'c'])
    expect(shown(log.receive({ first: 3, entries: [message('b'), message('c'), message('d')] }, 1))).toEqual(['d'])
    expect(log.receive({ first: 1, entries: [term(1), message('a')] }, 1)).toEqual([])
    expect(log.position).toEqual([1, 5])
  })

  it('refuses entries after a gap, and those of another leader', () => {
    const log = logOf(message('a'))
    expect(log.receive({ first: 4, entries: [message('c')] }, 1)).toBeUndefined()
    expect(log.receive({ first: 3, entries: [message('b')] }, 2)).toBeUndefined()
    expect(log.position).toEqual([1, 2])
  })

  it('refuses a term of another group', () => {
    const log = logOf(message('a'))
    expect(log.receive({ first: 3, entries: [term(9, 8)] }, 9)).toBeUndefined()
    expect(log.receive({ first: 1, entries: [term(9, 0), OPENED] }, 9)).toBeUndefined()
    expect(log.position).toEqual([1, 2])
  })

  it('accepts the next term, and takes back what its leader did not know', () => {
    const log = logOf(message('a', '1'), message('b', '2'), message('c', '3'))
    const entries = [term(2, 1), OPENED, message('b', '2'), message('c', '3'), message('d', '4')]
    expect(shown(log.receive({ first: 3, entries }, 2))).toEqual(['term', 'open', 'd'])
    expect(log).toMatchObject({ position: [2, 7], lastEventId: '4' })
    expect(shown(log.since([1, 2])?.entries)).toEqual(['term', 'open', 'b', 'c', 'd'])
  })

  it('accepts chosen entries of any term', () => {
    const log = logOf(message('a'))
    expect(shown(log.receive({ first: 3, entries: [term(9, 8), OPENED] }))).toEqual(['term', 'open'])
    expect(log.position).toEqual([9, 4])
  })
})

describe('what is taken back', () => {
  it('does not hide a new message without an ID', () => {
    const log = logOf(message('5', '5'), message('5b', '5'))
    log.receive({ first: 3, entries: [term(2, 1), OPENED] }, 2)
    expect(shown(log.receive({ first: 5, entries: [message('6', '5')] }, 2))).toEqual(['6'])
  })

  it('is delivered once if the server sends all of it again', () => {
    const log = logOf(message('4', '4'), message('5', '5'), message('5b', '5'))
    log.receive({ first: 3, entries: [term(2, 1), OPENED] }, 2)
    const replayed = [message('5', '5'), message('5b', '5'), message('6', '6')]
    expect(shown(log.receive({ first: 5, entries: replayed }, 2))).toEqual(['6'])
  })

  it('does not matter any more once the server continues differently', () => {
    const log = logOf(message('4', '4'), message('5', '5'), message('6', '6'))
    log.receive({ first: 3, entries: [term(2, 1), message('x', '5'), message('6', '6')] }, 2)
    expect(shown(log.since([2, 3])?.entries)).toEqual(['x', '6'])
    const other = logOf(message('4', '4'), message('5', '5'), message('6', '6'))
    expect(shown(other.receive({ first: 3, entries: [term(2, 1), message('x', '5'), message('6', '6')] }, 2))).toEqual([
      'term',
      'x',
      '6',
    ])
  })

  it('is taken back from the last event ID too', () => {
    const log = logOf(message('4', '4'), message('5', '5'), message('6', '6'))
    log.receive({ first: 3, entries: [term(2, 1)] }, 2)
    expect(log.lastEventId).toBe('4')
    log.receive({ first: 2, entries: [term(3, 1)] }, 3)
    expect(log.lastEventId).toBeUndefined()
  })

  it('is taken back to the ID of a snapshot', () => {
    const from = logOf(message('4', '4'))
    const log = createLog('')
    if (from.snapshot) log.jump(from.snapshot)
    log.receive({ first: 3, entries: [message('5', '5')] }, 1)
    log.receive({ first: 3, entries: [term(2, 1)] }, 2)
    expect(log.lastEventId).toBe('4')
  })

  it('is delivered once after two successions', () => {
    const log = logOf(message('4', '4'), message('5', '5'), message('6', '6'))
    log.receive({ first: 3, entries: [term(2, 1), message('5', '5')] }, 2)
    log.receive({ first: 4, entries: [term(3, 2)] }, 3)
    const replayed = [message('5', '5'), message('6', '6'), message('7', '7')]
    expect(shown(log.receive({ first: 5, entries: replayed }, 3))).toEqual(['7'])
  })
})

describe('since', () => {
  it('returns what a member has missed', () => {
    const log = logOf(OPENED, message('a'), message('b'))
    expect(log.since([1, 2])).toEqual({ first: 3, entries: [message('a'), message('b')] })
    expect(log.since([1, 4])).toEqual({ first: 5, entries: [] })
  })

  it('starts with the next term if the member had more in its term', () => {
    const log = logOf(message('a'), term(2, 1), message('b'))
    expect(log.since([1, 9])).toEqual({ first: 3, entries: [term(2, 1), message('b')] })
  })

  it('returns undefined for terms that it does not know', () => {
    const log = logOf(message('a'))
    expect(log.since([0.5, 1])).toBeUndefined()
    expect(log.since([2, 1])).toBeUndefined()
  })
})

describe('the kept entries', () => {
  /** How many entries a log keeps of many. */
  function keptOf(log: Log, total: number): number {
    for (let after = 0; after <= total; after++) {
      const missed = log.since([1, after])
      if (missed) return missed.entries.length
    }
    return -1
  }

  it('are at most 2,000 and at least 1,000', () => {
    const log = logOf()
    for (let count = 2; count <= 5_000; count++) {
      log.add(message(String(count)))
      if (count > 1_000) expect(log.since([1, count - 1_000])?.entries).toHaveLength(1_000)
      if (count > 2_000) expect(log.since([1, count - 2_001])).toBeUndefined()
    }
    expect(shown(log.since([1, 4_999])?.entries)).toEqual(['5000'])
  })

  const long = 'x'.repeat(100_000)

  it.each<[string, Entry]>([
    ['data', message(long)],
    ['types', ['message', long, '', '']],
    ['IDs', message('', long)],
    ['IDs without messages', ['id', long]],
    ['origins', ['open', long]],
    ['error messages', ['lost', { message: long, reason: 'network', attempt: 1, endedMidEvent: false }, 0]],
  ])('have at most 512 Ki characters of %s', (_, entry) => {
    const log = logOf()
    for (let count = 0; count < 100; count++) log.add(entry)
    expect(keptOf(log, 101)).toBeLessThanOrEqual(5)
    expect(keptOf(log, 101)).toBeGreaterThanOrEqual(2)
  })

  it('may be none if the last one is too long', () => {
    const log = logOf(message('x'.repeat(600_000), '1'))
    expect(log.since([1, 1])).toBeUndefined()
    expect(log.since([1, 2])).toEqual({ first: 3, entries: [] })
    log.receive({ first: 3, entries: [message('a', '2')] }, 1)
    log.receive({ first: 3, entries: [term(2, 1)] }, 2)
    expect(log.lastEventId).toBe('1')
  })

  it('can be received by a member that missed them', () => {
    const log = logOf(OPENED)
    const other = logOf(OPENED)
    for (let count = 0; count < 900; count++) log.add(message(String(count), String(count)))
    const missed = other.position && log.since(other.position)
    if (missed) expect(other.receive(missed)).toHaveLength(900)
    expect(other.snapshot).toEqual(log.snapshot)
  })
})
