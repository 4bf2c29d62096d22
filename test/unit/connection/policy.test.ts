/** The option `reconnect`. */

import { describe, expect, it } from 'vitest'
import { INITIAL_RECONNECTION_TIME, readPolicy, STANDARD_POLICY } from '../../../src/connection/policy.ts'

describe('the standard policy', () => {
  it('doubles up to 30 s, with a quarter of jitter, forgets after 5 s of being open, and has no end', () => {
    expect(STANDARD_POLICY).toEqual({
      reconnects: true,
      maxAttempts: Infinity,
      factor: 2,
      maxDelay: 30_000,
      jitter: 0.25,
      resetAfter: 5_000,
      shouldReconnect: undefined,
    })
  })

  it('waits 3,000 ms at first', () => {
    expect(INITIAL_RECONNECTION_TIME).toBe(3_000)
  })
})

describe('reconnect', () => {
  it.each([true, false])('where it is absent, is what goes without saying: %s', (byDefault) => {
    expect(readPolicy(undefined, byDefault)).toEqual({ ...STANDARD_POLICY, reconnects: byDefault })
  })

  it.each([true, false])('may be %s, whatever goes without saying', (reconnect) => {
    expect(readPolicy(reconnect, !reconnect)).toEqual({ ...STANDARD_POLICY, reconnects: reconnect })
  })

  it.each([[{}], [Object.create(null)], [{ maxAttempts: undefined, factor: undefined, other: 1 }]])(
    'as an object is on, with the defaults of what is absent',
    (reconnect) => {
      expect(readPolicy(reconnect, false)).toEqual(STANDARD_POLICY)
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
    const message = `The option "reconnect" must be true, false or an object, not ${shown}`
    expect(() => readPolicy(reconnect, true)).toThrow(new TypeError(message))
  })
})

describe('a member of the policy', () => {
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
    expect(readPolicy({ [name]: value }, false)).toEqual({ ...STANDARD_POLICY, [name]: value })
  })

  it('shouldReconnect is called as a method of the object', () => {
    const policy = {
      asked: 0,
      shouldReconnect() {
        this.asked++
      },
    }
    readPolicy(policy, false).shouldReconnect?.(undefined as never)
    expect(policy.asked).toBe(1)
  })

  it('may be inherited or a getter', () => {
    class Backoff {
      get factor(): number {
        return 3
      }
    }
    expect(readPolicy(new Backoff(), true).factor).toBe(3)
  })

  const MS = 'a number of milliseconds from 0'
  it.each([
    ['maxAttempts', 'a whole number from 1', [0, -1, 1.5, NaN, -Infinity]],
    ['factor', 'a number from 1', [0, 0.999, -2, NaN, -Infinity]],
    ['maxDelay', MS, [-1, NaN, -Infinity]],
    ['jitter', 'a finite number from 0', [-0.1, NaN, Infinity, -Infinity]],
    ['resetAfter', MS, [-1, NaN, -Infinity]],
    ['shouldReconnect', 'a function', [0, 1, NaN]],
  ])('%s is refused unless it is %s', (name, wanted, numbers) => {
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
      const message = `The option "reconnect.${name}" must be ${wanted}, not ${String(shown)}`
      expect(() => readPolicy({ [name]: value }, true)).toThrow(new TypeError(message))
    }
  })
})
