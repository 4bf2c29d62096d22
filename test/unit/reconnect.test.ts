/** The reconnect policy, without a clock. */

import { describe, expect, it } from 'vitest'
import {
  INITIAL_RECONNECTION_TIME,
  isTemporary,
  reconnectionDelay,
  type ReconnectPolicy,
  STANDARD_POLICY,
} from '../../src/connection/reconnect.ts'

const LONGEST = 2 ** 31 - 1
const policy: ReconnectPolicy = { factor: 2, maxDelay: 30_000, jitter: 0.25, resetAfter: 5_000 }

describe('the wait before the next attempt', () => {
  it.each([
    // the wait's reason, fruitless attempts, reconnection time, random, ms
    ['is the reconnection time after an attempt that brought messages', 0, 3_000, 0, 3_000],
    ['is the reconnection time after the first fruitless attempt', 1, 3_000, 0, 3_000],
    ['doubles with the second', 2, 3_000, 0, 6_000],
    ['doubles again with the third', 3, 3_000, 0, 12_000],
    ['grows up to maxDelay', 5, 3_000, 0, 30_000],
    ['stays there however many there are', 5_000, 3_000, 0, 30_000],
    ['is 100 ms at least', 1, 0, 0, 100],
    ['is 100 ms at least, for a time just below too', 1, 99, 0, 100],
    ['leaves a time just above it alone', 1, 101, 0, 101],
    ['grows from the floor with retry 0', 4, 0, 0, 800],
    ['is never shorter than the server asked for', 1, 60_000, 0, 60_000],
    ['does not grow past what the server asked for where that exceeds maxDelay', 9, 60_000, 0, 60_000],
    ['is lengthened by jitter', 1, 1_000, 0.5, 1_125],
    ['is lengthened by a quarter at most', 1, 1_000, 1, 1_250],
    ['is lengthened at maxDelay too, so that clients do not return together', 20, 3_000, 1, 37_500],
    ['is lengthened at the floor too', 1, 0, 1, 125],
    ['fits a timer', 1, LONGEST, 1, LONGEST],
    ['fits a timer when the server asks for more', 1, 2 ** 31, 0, LONGEST],
    ['fits a timer when the server asks for a number past all integers', 1, 1e300, 0.5, LONGEST],
    ['fits a timer when the server asks for infinity', 3, Infinity, 1, LONGEST],
  ])('%s', (_, fruitless, reconnectionTime, random, expected) => {
    expect(reconnectionDelay(policy, fruitless, reconnectionTime, random)).toBe(expected)
  })

  it('takes nothing away and stays within a timer, whatever comes together', () => {
    for (const fruitless of [0, 1, 2, 10, 1_000, 1e9]) {
      for (const reconnectionTime of [0, 1, 100, 3_000, 30_001, LONGEST, 2 ** 53, Infinity]) {
        for (const random of [0, 0.3, 1]) {
          const delay = reconnectionDelay(policy, fruitless, reconnectionTime, random)
          expect(delay).toBeGreaterThanOrEqual(Math.min(Math.max(100, reconnectionTime), LONGEST))
          expect(delay).toBeLessThanOrEqual(LONGEST)
        }
      }
    }
  })

  it('grows by the factor of the policy', () => {
    expect(reconnectionDelay({ ...policy, factor: 1 }, 7, 1_000, 0)).toBe(1_000)
    expect(reconnectionDelay({ ...policy, factor: 3 }, 3, 1_000, 0)).toBe(9_000)
  })

  it('has no chance in it without jitter', () => {
    expect(reconnectionDelay({ ...policy, jitter: 0 }, 1, 1_000, 1)).toBe(1_000)
    expect(reconnectionDelay({ ...policy, jitter: 0 }, 1, Infinity, 1)).toBe(LONGEST)
  })
})

it('the standard policy doubles up to 30 s, with a quarter of jitter, and forgets after 5 s of being open', () => {
  expect(STANDARD_POLICY).toEqual(policy)
})

it('the reconnection time is 3,000 ms at first', () => {
  expect(INITIAL_RECONNECTION_TIME).toBe(3_000)
})

it.each([
  ['network', true],
  ['ended', true],
  ['status', false],
  ['content-type', false],
  ['too-large', false],
  ['unsupported', false],
] as const)('a failure of the kind "%s" leads to a reconnection: %s', (reason, reconnects) => {
  expect(isTemporary(reason)).toBe(reconnects)
})
