/** What holds of the wait before the next attempt, whatever the policy. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Policy, STANDARD_POLICY } from '../../../src/connection/policy.ts'
import { nextDelay, reconnectionDelay } from '../../../src/connection/reconnect.ts'

const FLOOR = 100
const LONGEST = 2 ** 31 - 1

/** Times that people write, the edges, and anything else from 0 to Infinity. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 3_600_000 }),
  fc.constantFrom(0, 99, 100, 101, 3_000, 30_000, LONGEST - 1, LONGEST, LONGEST + 1, 2 ** 53, 1e300, Infinity),
  fc.double({ min: 0, noNaN: true }),
)

/** How many requests in a row brought no message. */
const count = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(0, 1, 2, 1_023, 1_024, 1_025),
)

/** From 0 to 1, with both: `Math.random` does not return 1. */
const random = fc.double({ min: 0, max: 1, noNaN: true })

const policy: fc.Arbitrary<Policy> = fc.record({
  reconnects: fc.constant(true),
  maxAttempts: fc.constant(Infinity),
  factor: fc.oneof(
    fc.constantFrom(1, 2, Infinity),
    fc.double({ min: 1, max: 10, noNaN: true }),
    fc.double({ min: 1, noNaN: true }),
  ),
  maxDelay: time,
  jitter: fc.oneof(
    fc.constantFrom(0, 0.25, 1),
    fc.double({ min: 0, max: 2, noNaN: true }),
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  ),
  resetAfter: time,
  shouldReconnect: fc.constant(undefined),
})

const RUNS = { numRuns: 2_000 }

/** As the server asked for it, at least the floor. */
function base(reconnectionTime: number): number {
  return Math.max(FLOOR, reconnectionTime)
}

describe('for any policy, reconnection time, count and chance, the wait', () => {
  it('is at least 100 ms and at least the reconnection time', () => {
    fc.assert(
      fc.property(policy, time, count, random, (policy, reconnectionTime, fruitless, random) => {
        const delay = reconnectionDelay(policy, { reconnectionTime, fruitless, random })
        expect(delay).toBeGreaterThanOrEqual(FLOOR)
        expect(delay).toBeGreaterThanOrEqual(Math.min(reconnectionTime, LONGEST))
      }),
      RUNS,
    )
  })

  it('is at most the larger of maxDelay and the base, times 1 + jitter, and never past what a timer holds', () => {
    fc.assert(
      fc.property(policy, time, count, random, (policy, reconnectionTime, fruitless, random) => {
        const delay = reconnectionDelay(policy, { reconnectionTime, fruitless, random })
        expect(delay).toBeLessThanOrEqual(Math.max(policy.maxDelay, base(reconnectionTime)) * (1 + policy.jitter))
        expect(delay).toBeLessThanOrEqual(LONGEST)
      }),
      RUNS,
    )
  })

  it('without jitter never falls from one attempt to the next', () => {
    fc.assert(
      fc.property(policy, time, count, random, (policy, reconnectionTime, fruitless, random) => {
        const steady = { ...policy, jitter: 0 }
        const delay = reconnectionDelay(steady, { reconnectionTime, fruitless, random })
        const next = reconnectionDelay(steady, { reconnectionTime, fruitless: fruitless + 1, random })
        expect(next).toBeGreaterThanOrEqual(delay)
      }),
      RUNS,
    )
  })

  it('without jitter is the same whatever the chance', () => {
    fc.assert(
      fc.property(policy, time, count, random, (policy, reconnectionTime, fruitless, random) => {
        const steady = { ...policy, jitter: 0 }
        const circumstances = { reconnectionTime, fruitless }
        expect(reconnectionDelay(steady, { ...circumstances, random })).toBe(
          reconnectionDelay(steady, { ...circumstances, random: 0 }),
        )
      }),
      RUNS,
    )
  })

  it('is `base * factor^(n-1)`, where nothing limits it', () => {
    const modest = fc.record({ factor: fc.double({ min: 1, max: 3, noNaN: true }), n: fc.integer({ min: 1, max: 8 }) })
    fc.assert(
      fc.property(modest, fc.integer({ min: 0, max: 10_000 }), ({ factor, n }, reconnectionTime) => {
        const policy = { ...STANDARD_POLICY, factor, maxDelay: Infinity, jitter: 0 }
        const delay = reconnectionDelay(policy, { reconnectionTime, fruitless: n, random: 0 })
        expect(delay).toBeCloseTo(base(reconnectionTime) * factor ** (n - 1), 3)
      }),
      RUNS,
    )
  })
})

describe('with jitter', () => {
  it('the mean of 10,000 waits lies within 2 % of the middle', () => {
    const jitter = fc.double({ min: 0, max: 1, noNaN: true })
    // The seed is fast-check's, so that a failure can be repeated.
    const seed = fc.integer({ min: 1, max: 0xffff_ffff })
    fc.assert(
      fc.property(jitter, fc.integer({ min: 100, max: 60_000 }), seed, (jitter, reconnectionTime, seed) => {
        const policy = { ...STANDARD_POLICY, jitter }
        const chance = randomFrom(seed)
        let sum = 0
        for (let i = 0; i < 10_000; i++) {
          sum += reconnectionDelay(policy, { reconnectionTime, fruitless: 1, random: chance() })
        }
        const middle = reconnectionTime * (1 + jitter / 2)
        expect(Math.abs(sum / 10_000 - middle)).toBeLessThanOrEqual(0.02 * middle)
      }),
      { numRuns: 50 },
    )
  })
})

describe('for any answer of shouldReconnect and any Retry-After', () => {
  it('a wait is one that a timer holds, and at least 100 ms', () => {
    const answer = fc.oneof(time, fc.constantFrom(true, undefined))
    const retryAfter = fc.option(time, { nil: undefined })
    fc.assert(
      fc.property(
        policy,
        time,
        count,
        answer,
        retryAfter,
        (policy, reconnectionTime, fruitless, answer, retryAfter) => {
          const circumstances = {
            reason: 'network',
            reconnectionTime,
            fruitless,
            answer,
            retryAfter,
            random: 1,
          } as const
          const delay = nextDelay(policy, circumstances)
          expect(delay).toBeGreaterThanOrEqual(FLOOR)
          expect(delay).toBeLessThanOrEqual(LONGEST)
        },
      ),
      RUNS,
    )
  })

  it('Retry-After is no longer than the larger of maxDelay and the base', () => {
    fc.assert(
      fc.property(policy, time, count, time, random, (policy, reconnectionTime, fruitless, retryAfter, random) => {
        const circumstances = {
          reason: 'status',
          reconnectionTime,
          fruitless,
          answer: true,
          retryAfter,
          random,
        } as const
        const most = Math.max(policy.maxDelay, base(reconnectionTime))
        // Below a second, the wait grows.
        const asked = retryAfter < 1_000 ? Math.max(retryAfter, FLOOR * policy.factor ** (fruitless - 1)) : retryAfter
        const expected = Math.min(Math.max(FLOOR, Math.min(asked, most)), LONGEST)
        expect(nextDelay(policy, circumstances)).toBe(expected)
      }),
      RUNS,
    )
  })
})

/** Numbers from 0 to below 1 that a seed decides. (Marsaglia's xorshift) */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
