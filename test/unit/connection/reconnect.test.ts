/** The option `reconnect`: whether to reconnect, and after which delay. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Failure, FailureReason } from '../../../src/connection/failure.ts'
import {
  type RetryState,
  decide,
  INITIAL_RECONNECTION_TIME,
  nextDelay,
  type Policy,
  readPolicy,
  DEFAULT_POLICY,
  type Decision,
} from '../../../src/connection/reconnect.ts'

describe('default policy', () => {
  it('doubles the delay up to 30 s, adds up to 25% jitter (10% after a success), resets after 5 s of being open, and never gives up', () => {
    expect(DEFAULT_POLICY).toEqual({
      reconnects: true,
      maxAttempts: Infinity,
      factor: 2,
      maxDelay: 30_000,
      jitter: 0.25,
      firstJitter: 0.1,
      resetAfter: 5_000,
      endIsFinal: false,
      shouldReconnect: undefined,
    })
  })

  it('starts with 3,000 ms', () => {
    expect(INITIAL_RECONNECTION_TIME).toBe(3_000)
  })
})

describe('option reconnect', () => {
  it.each([true, false])('uses the default %s if it is absent', (byDefault) => {
    expect(readPolicy(undefined, byDefault)).toEqual({ ...DEFAULT_POLICY, reconnects: byDefault })
  })

  it.each([true, false])('may be %s regardless of the default', (reconnect) => {
    expect(readPolicy(reconnect, !reconnect)).toEqual({ ...DEFAULT_POLICY, reconnects: reconnect })
  })

  it.each([[{}], [Object.create(null)], [{ maxAttempts: undefined, factor: undefined, other: undefined }]])(
    'turns reconnection on if it is an object, with defaults for absent members',
    (reconnect) => {
      expect(readPolicy(reconnect, false)).toEqual(DEFAULT_POLICY)
    },
  )

  it.each([
    ['yes', '"yes"'],
    ['true', '"true"'],
    ['', '""'],
    [1, '1'],
    [0, '0'],
    [NaN, 'NaN'],
    [null, 'null'],
    [[], 'an array'],
    [() => true, 'a function'],
    [Symbol('x'), 'Symbol(x)'],
  ])('is never coerced: %s', (reconnect, shown) => {
    const message = `Option "reconnect" must be true, false or an object, got ${shown}`
    expect(() => readPolicy(reconnect, true)).toThrow(new TypeError(message))
  })
})

describe('members of the option reconnect', () => {
  it.each([
    ['maxAttempts', 1],
    ['maxAttempts', 7],
    ['maxAttempts', Infinity],
    ['factor', 1],
    ['factor', 1.5],
    ['factor', Infinity],
    ['maxDelay', 0],
    ['maxDelay', 0.5],
    ['maxDelay', 2 ** 40],
    ['maxDelay', Infinity],
    ['jitter', 0],
    ['jitter', 0.5],
    ['jitter', 7],
    ['jitter', Number.MAX_VALUE],
    ['resetAfter', 0],
    ['resetAfter', Infinity],
  ])('%s may be %s, and the others keep their defaults', (name, value) => {
    const both = name === 'jitter' && { firstJitter: value }
    expect(readPolicy({ [name]: value }, false)).toEqual({ ...DEFAULT_POLICY, ...both, [name]: value })
  })

  it('shouldReconnect is called as a method of the object', () => {
    class Counting {
      calls = 0
      shouldReconnect(): boolean {
        return ++this.calls === 1
      }
    }
    const { shouldReconnect } = readPolicy(new Counting(), false)
    expect(shouldReconnect?.(undefined as never, undefined as never)).toBe(true)
  })

  it.each([
    ['maxAttempt', 'Did you mean "maxAttempts"?'],
    ['MAXATTEMPTS', 'Did you mean "maxAttempts"?'],
    ['maxdelay', 'Did you mean "maxDelay"?'],
    ['shouldreconnect', 'Did you mean "shouldReconnect"?'],
    ['jiter', 'Did you mean "jitter"?'],
    ['retries', 'Valid members: maxAttempts, factor, maxDelay, jitter, resetAfter, shouldReconnect'],
    ['firstJitter', 'Valid members: maxAttempts, factor, maxDelay, jitter, resetAfter, shouldReconnect'],
  ])('rejects the unknown member %s', (name, hint) => {
    const message = `Unknown option "reconnect.${name}". ${hint}`
    expect(() => readPolicy({ [name]: 1 }, true)).toThrow(new TypeError(message))
  })

  it('may be inherited or getters', () => {
    class Backoff {
      get factor(): number {
        return 3
      }
    }
    expect(readPolicy(new Backoff(), true).factor).toBe(3)
  })

  const MS = 'a number of milliseconds >= 0'
  it.each([
    ['maxAttempts', 'an integer >= 1', [0, -1, 1.5, NaN, -Infinity]],
    ['factor', 'a number >= 1', [0, 0.999, -2, NaN, -Infinity]],
    ['maxDelay', MS, [-1, NaN, -Infinity]],
    ['jitter', 'a finite number >= 0', [-0.1, NaN, Infinity, -Infinity]],
    ['resetAfter', MS, [-1, NaN, -Infinity]],
    ['shouldReconnect', 'a function', [0, 1, NaN]],
  ])('%s must be %s', (name, wanted, numbers) => {
    const others = [
      ['1', '"1"'],
      [true, 'true'],
      [null, 'null'],
      [1n, '1'],
      [{}, 'an object'],
      [[1], 'an array'],
      [Symbol('x'), 'Symbol(x)'],
      ...(name === 'shouldReconnect' ? [] : [[() => 1, 'a function']]),
    ] as const
    for (const [value, shown] of [...numbers.map((number) => [number, String(number)] as const), ...others]) {
      const message = `Option "reconnect.${name}" must be ${wanted}, got ${String(shown)}`
      expect(() => readPolicy({ [name]: value }, true)).toThrow(new TypeError(message))
    }
  })
})

const LONGEST = 2 ** 31 - 1

/** The delay after a network failure. */
function delayAfter(
  attemptsWithoutMessage: number,
  reconnectionTime: number,
  random: number,
  policy: Partial<Policy> = {},
): number | undefined {
  return delayOf(policy, { attemptsWithoutMessage, reconnectionTime, random })
}

type Decided = Partial<
  RetryState & Pick<Failure, 'reason' | 'retryAfter' | 'endedMidEvent'> & { answer: boolean | number | undefined }
>

/** The delay after a failure. Defaults: a first attempt without messages, a network failure, no jitter. */
function delayOf(policy: Partial<Policy>, decided: Decided = {}): number | undefined {
  const { reason = 'network', retryAfter, endedMidEvent, answer, ...circumstances } = decided
  return nextDelay(
    { ...DEFAULT_POLICY, ...policy },
    { reason, retryAfter, endedMidEvent },
    { attemptsWithoutMessage: 1, reconnectionTime: 3_000, random: 0, ...circumstances },
    answer,
  )
}

describe('delay before the next attempt', () => {
  it.each([
    // attempts without a message, reconnection time, random number, delay in ms
    ['is the reconnection time after an attempt with messages', 0, 3_000, 0, 3_000],
    ['is the reconnection time after the first attempt without a message', 1, 3_000, 0, 3_000],
    ['doubles after the second', 2, 3_000, 0, 6_000],
    ['doubles again after the third', 3, 3_000, 0, 12_000],
    ['grows up to maxDelay', 5, 3_000, 0, 30_000],
    ['stays at maxDelay after any number of attempts', 5_000, 3_000, 0, 30_000],
    ['is at least 100 ms', 1, 0, 0, 100],
    ['is at least 100 ms even for a reconnection time just below', 1, 99, 0, 100],
    ['keeps a reconnection time just above 100 ms', 1, 101, 0, 101],
    ['grows from 100 ms if the reconnection time is 0', 4, 0, 0, 800],
    ["is never shorter than the server's reconnection time", 1, 60_000, 0, 60_000],
    ['does not grow past a reconnection time that exceeds maxDelay', 9, 60_000, 0, 60_000],
    ['gets at most 10% jitter after an attempt with messages', 0, 1_000, 1, 1_100],
    ['gets jitter', 1, 1_000, 0.5, 1_125],
    ['gets at most 25% jitter', 1, 1_000, 1, 1_250],
    ["gets jitter at maxDelay too, so that clients don't reconnect at the same time", 20, 3_000, 1, 37_500],
    ['gets jitter at 100 ms too', 1, 0, 1, 125],
    ['fits a timer', 1, LONGEST, 1, LONGEST],
    ['fits a timer if the reconnection time is longer', 1, 2 ** 31, 0, LONGEST],
    ['fits a timer if the reconnection time exceeds all integers', 1, 1e300, 0.5, LONGEST],
    ['fits a timer if the reconnection time is infinite', 3, Infinity, 1, LONGEST],
  ])('%s', (_, attemptsWithoutMessage, reconnectionTime, random, expected) => {
    expect(delayAfter(attemptsWithoutMessage, reconnectionTime, random)).toBe(expected)
  })

  it('grows by the factor of the policy', () => {
    expect(delayAfter(7, 1_000, 0, { factor: 1 })).toBe(1_000)
    expect(delayAfter(3, 1_000, 0, { factor: 3 })).toBe(9_000)
    expect(delayAfter(3, 1_000, 0, { factor: 1.5 })).toBe(2_250)
    expect(delayAfter(2, 1_000, 0, { factor: Infinity })).toBe(30_000)
  })

  it('grows up to the maxDelay of the policy', () => {
    expect(delayAfter(9, 1_000, 0, { maxDelay: 5_000 })).toBe(5_000)
    expect(delayAfter(9, 1_000, 0, { maxDelay: 0 })).toBe(1_000)
    expect(delayAfter(99, 1_000, 0, { maxDelay: Infinity })).toBe(LONGEST)
    expect(delayAfter(99, 1_000, 0, { maxDelay: Infinity, factor: 1 })).toBe(1_000)
  })

  it('is not random without jitter', () => {
    expect(delayAfter(1, 1_000, 1, { jitter: 0 })).toBe(1_000)
    expect(delayAfter(1, Infinity, 1, { jitter: 0 })).toBe(LONGEST)
  })

  it('is randomized by the jitter of the policy', () => {
    expect(delayAfter(1, 1_000, 1, { jitter: 3 })).toBe(4_000)
    expect(delayAfter(1, 1_000, 1, { jitter: Number.MAX_VALUE })).toBe(LONGEST)
    expect(delayAfter(1, 1_000, 0, { jitter: Number.MAX_VALUE })).toBe(1_000)
  })

  it.each([0, 1])('is randomized by the jitter of the policy after %s attempts without a message', (attempts) => {
    expect(delayAfter(attempts, 1_000, 1, readPolicy({ jitter: 0.5 }, true))).toBe(1_500)
  })
})

describe('default decision', () => {
  it.each<[FailureReason, boolean]>([
    ['network', true],
    ['ended', true],
    ['timeout', true],
    ['request', true],
    ['status', false],
    ['content-type', false],
    ['redirect', false],
    ['too-large', false],
    ['unsupported', false],
  ])('after a "%s" failure, whether to reconnect is %s', (reason, reconnects) => {
    expect(delayOf({}, { reason })).toBe(reconnects ? 3_000 : undefined)
  })

  it('does not limit the number of attempts', () => {
    expect(delayOf({}, { attemptsWithoutMessage: 1e9 })).toBe(30_000)
  })
})

describe('policy with reconnection off', () => {
  it.each([[undefined], [true], [5]])('does not reconnect, whatever shouldReconnect returns: %s', (answer) => {
    expect(delayOf({ reconnects: false }, { answer })).toBeUndefined()
  })
})

describe('maxAttempts', () => {
  it.each([
    ['of 1 allows no second request if the first brought no message', 1, 1, false],
    ['of 1 allows another request after a connection with a message', 1, 0, true],
    ['of 3 allows a third request', 3, 2, true],
    ['of 3 allows no fourth request', 3, 3, false],
    ['still applies after more attempts than allowed', 3, 4, false],
  ])('%s', (_, maxAttempts, attemptsWithoutMessage, reconnects) => {
    expect(delayOf({ maxAttempts }, { attemptsWithoutMessage }) !== undefined).toBe(reconnects)
  })

  it.each([[true], [5_000]])('overrides %s from shouldReconnect', (answer) => {
    expect(delayOf({ maxAttempts: 1 }, { answer })).toBeUndefined()
  })
})

describe('result of shouldReconnect', () => {
  it.each([
    ['true reconnects after a permanent failure', 'status', true, 6_000],
    ['true changes nothing after a temporary failure', 'network', true, 6_000],
    ['false stops after a temporary failure', 'network', false, undefined],
    ['undefined keeps the default: reconnects after a temporary failure', 'network', undefined, 6_000],
    ['undefined keeps the default: stops after a permanent failure', 'status', undefined, undefined],
    ['a number is the delay, without backoff', 'network', 1_234, 1_234],
    ['a number reconnects after a permanent failure', 'too-large', 1_234, 1_234],
    ['a number may be shorter than the reconnection time', 'ended', 500, 500],
    ['a number may be longer than maxDelay', 'ended', 3_600_000, 3_600_000],
    ['a number is raised to 100 ms', 'network', 0, 100],
    ['a number is reduced to fit a timer', 'network', 2 ** 31, LONGEST],
    ['Infinity is reduced to fit a timer', 'network', Infinity, LONGEST],
  ] as const)('%s', (_, reason, answer, delay) => {
    expect(delayOf({}, { reason, answer, attemptsWithoutMessage: 2 })).toBe(delay)
  })

  it('a number gets no jitter', () => {
    expect(delayOf({}, { answer: 1_000, random: 1 })).toBe(1_000)
  })

  it('a number overrides Retry-After', () => {
    expect(delayOf({}, { reason: 'status', answer: 1_000, retryAfter: 9_000 })).toBe(1_000)
  })
})

describe('Retry-After', () => {
  const after = (retryAfter: number, more: Decided = {}, policy: Partial<Policy> = {}) =>
    delayOf(policy, { reason: 'status', answer: true, retryAfter, ...more })

  it.each([
    ['overrides a shorter delay', after(12_000), 12_000],
    ['overrides a longer delay', after(1_000), 1_000],
    ['overrides the backoff', after(1_000, { attemptsWithoutMessage: 9 }), 1_000],
    ['may be longer than maxDelay', after(120_000), 120_000],
    ['may be longer than a custom maxDelay', after(120_000, {}, { maxDelay: 90_000 }), 120_000],
    ['may be longer than the reconnection time', after(120_000, { reconnectionTime: 60_000 }), 120_000],
    ['is raised to 100 ms', after(0), 100],
    ['of 0 backs off up to maxDelay', after(0, { attemptsWithoutMessage: 20 }), 30_000],
    ['is raised to 100 ms even if maxDelay is less', after(50, { reconnectionTime: 0 }, { maxDelay: 1 }), 100],
    ['is reduced to fit a timer', after(Infinity, {}, { maxDelay: Infinity }), LONGEST],
    ['gets no jitter', after(12_000, { random: 1 }), 12_000],
    ['does not make a permanent failure temporary', delayOf({}, { reason: 'status', retryAfter: 1_000 }), undefined],
  ])('%s', (_, delay, expected) => {
    expect(delay).toBe(expected)
  })
})

const REQUEST = { url: new URL('http://a.test/'), attempt: 1, fromCaller: false, secrets: [] }
const ENDED: Failure = { reason: 'ended', message: 'has ended' }
const FIRST: RetryState = { attemptsWithoutMessage: 1, reconnectionTime: 3_000, random: 0 }

/** The decision after the stream has ended, with a `shouldReconnect` that returns this value. */
function decided(returned: unknown): Promise<Decision> {
  return decide({ ...DEFAULT_POLICY, shouldReconnect: () => returned }, REQUEST, ENDED, FIRST, false)
}

describe('result of shouldReconnect', () => {
  it.each([
    [undefined, 3_000],
    [true, 3_000],
    [false, undefined],
    [0, 100],
    [0.5, 100],
    [1_000, 1_000],
    [2 ** 40, LONGEST],
    [Infinity, LONGEST],
  ])('may be %s', async (answer, delay) => {
    const { error, ...verdict } = await decided(answer)
    expect(verdict).toEqual({ delay, thrown: undefined })
    expect(error).toMatchObject({ message: 'The event stream at http://a.test/ has ended', cause: undefined })
  })

  it.each([
    [-1, '-1'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [null, 'null'],
    ['yes', '"yes"'],
    ['1000', '"1000"'],
    [1_000n, '1000'],
    [{}, 'an object'],
    [[], 'an array'],
    [() => true, 'a function'],
    [Symbol('x'), 'Symbol(x)'],
  ])('must not be %s, or the connection fails with the reason', async (answer, shown) => {
    const message = `The result of "shouldReconnect" must be true, false, a number of milliseconds >= 0 or undefined, got ${shown}`
    const { error, ...verdict } = await decided(answer)
    expect(error.cause).toEqual(new TypeError(message))
    expect(error.message).toBe('The event stream at http://a.test/ has ended, and "shouldReconnect" failed')
    expect(verdict).toEqual({ delay: undefined, thrown: { error } })
  })
})

describe('shouldReconnect receives', () => {
  it.each<[string, Partial<Failure>, Partial<Policy>, number | undefined]>([
    ['the delay', {}, {}, 3_000],
    ['the delay requested by the server', { retryAfter: 60_000 }, {}, 60_000],
    ['no delay after a permanent failure', { reason: 'status' }, {}, undefined],
    ['no delay after the last attempt', {}, { maxAttempts: 1 }, undefined],
    ['no delay after a complete response', { reason: 'ended' }, { endIsFinal: true }, undefined],
  ])('%s', async (_, failure, policy, delay) => {
    const contexts: unknown[] = []
    const shouldReconnect = (_error: unknown, context: unknown) => void contexts.push(context)
    const recording = { ...DEFAULT_POLICY, ...policy, shouldReconnect }
    await decide(recording, REQUEST, { reason: 'network', message: 'x', ...failure }, FIRST, true)
    await decide(recording, REQUEST, { reason: 'network', message: 'x', ...failure }, FIRST, false)
    expect(contexts).toEqual([
      { delay, hasReceived: true },
      { delay, hasReceived: false },
    ])
  })
})

describe('after a complete response', () => {
  const policy = { ...DEFAULT_POLICY, endIsFinal: true }
  it.each([
    ['a source does not reconnect by default', undefined, undefined],
    ['true reconnects', true, 3_000],
    ['a number reconnects', 500, 500],
  ])('%s', (_, answer, delay) => {
    expect(delayOf(policy, { reason: 'ended', answer })).toBe(delay)
  })

  it('a source reconnects if the stream ended within an event', () => {
    expect(delayOf(policy, { reason: 'ended', endedMidEvent: true })).toBe(3_000)
  })

  it('a source reconnects if the connection broke', () => {
    expect(delayOf(policy, { reason: 'network' })).toBe(3_000)
  })
})

describe('loop throws', () => {
  const abort = new DOMException('stopped', 'AbortError')
  const network = (cause: unknown, fromCaller: boolean): Failure => ({
    reason: 'network',
    message: 'x',
    cause,
    fromCaller,
  })
  const verdict = (failure: Failure) => decide({ ...DEFAULT_POLICY, reconnects: false }, REQUEST, failure, FIRST, false)

  it.each([abort, new DOMException('too long', 'TimeoutError')])(
    "the reason of the caller's own abort: %s",
    async (cause) => {
      expect((await verdict(network(cause, true))).thrown?.error).toBe(cause)
    },
  )

  it.each<[string, Failure]>([
    ['an abort by the runtime', network(abort, false)],
    ['an error of the caller', network(new TypeError('no network'), true)],
    ['a timeout within a function in the options', { ...network(abort, true), reason: 'request' } as const],
    [
      'an error whose name cannot be read',
      network(
        {
          get name() {
            throw new Error('hostile')
          },
        },
        true,
      ),
    ],
    ['a value that is not an Error', network('AbortError', true)],
  ])('a ConnectionError for %s', async (_, failure) => {
    const { error, thrown } = await verdict(failure)
    expect(thrown?.error).toBe(error)
  })
})

const FLOOR = 100

/** Realistic times, edge cases, and anything else from 0 to Infinity. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 3_600_000 }),
  fc.constantFrom(0, 99, 100, 101, 3_000, 30_000, LONGEST - 1, LONGEST, LONGEST + 1, 2 ** 53, 1e300, Infinity),
  fc.double({ min: 0, noNaN: true }),
)

/** Number of attempts without a message. */
const count = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(0, 1, 2, 1_023, 1_024, 1_025),
)

/** From 0 to 1 inclusive, although `Math.random` never returns 1. */
const random = fc.double({ min: 0, max: 1, noNaN: true })

const anyPolicy: fc.Arbitrary<Policy> = fc.record({
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
  firstJitter: fc.constant(0),
  resetAfter: time,
  endIsFinal: fc.boolean(),
  shouldReconnect: fc.constant(undefined),
})

const RUNS = { numRuns: 2_000 }

/** The reconnection time, at least the minimum. */
function base(reconnectionTime: number): number {
  return Math.max(FLOOR, reconnectionTime)
}

describe('for any policy, reconnection time, count and random number, the delay', () => {
  it('is at most max(maxDelay, base) × (1 + jitter), and fits a timer', () => {
    fc.assert(
      fc.property(anyPolicy, time, count, random, (policy, reconnectionTime, attemptsWithoutMessage, random) => {
        const delay = delayOf(policy, { reconnectionTime, attemptsWithoutMessage, random })
        expect(delay).toBeLessThanOrEqual(Math.max(policy.maxDelay, base(reconnectionTime)) * (1 + policy.jitter))
        expect(delay).toBeLessThanOrEqual(LONGEST)
      }),
      RUNS,
    )
  })
})

describe('for any result of shouldReconnect and any Retry-After', () => {
  it('the delay is at least 100 ms and fits a timer', () => {
    const answer = fc.oneof(time, fc.constantFrom(true, undefined))
    const retryAfter = fc.option(time, { nil: undefined })
    fc.assert(
      fc.property(
        anyPolicy,
        time,
        count,
        answer,
        retryAfter,
        (policy, reconnectionTime, attemptsWithoutMessage, answer, retryAfter) => {
          const delay = delayOf(policy, { reconnectionTime, attemptsWithoutMessage, answer, retryAfter, random: 1 })
          expect(delay).toBeGreaterThanOrEqual(FLOOR)
          expect(delay).toBeLessThanOrEqual(LONGEST)
        },
      ),
      RUNS,
    )
  })
})
