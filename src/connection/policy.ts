/** The reconnect policy: the option `reconnect` with its defaults. */

import type { ConnectionError } from './connection-error.ts'
import { checked, display, isFrom, isFunction, isPlain, members } from '../input/checks.ts'

/** What `reconnect` comes to. */
export interface Policy {
  /** Whether lost connections are reestablished at all. */
  readonly reconnects: boolean
  readonly maxAttempts: number
  readonly factor: number
  readonly maxDelay: number
  readonly jitter: number
  readonly resetAfter: number
  readonly shouldReconnect: ((failure: ConnectionError) => unknown) | undefined
}

/** The standard leaves backoff to the implementation. */
export const STANDARD_POLICY: Policy = {
  reconnects: true,
  maxAttempts: Infinity,
  factor: 2,
  maxDelay: 30_000,
  jitter: 0.25,
  resetAfter: 5_000,
  shouldReconnect: undefined,
}

const NO_RECONNECTION: Policy = { ...STANDARD_POLICY, reconnects: false }

/** The reconnection time before the server says otherwise, in ms; Chromium's and WebKit's. */
export const INITIAL_RECONNECTION_TIME = 3_000

/**
 * @param byDefault whether to reconnect where the option is absent
 * @throws a `TypeError` that names the member and what was given
 */
export function readPolicy(reconnect: unknown, byDefault: boolean): Policy {
  const reconnects = reconnect === undefined ? byDefault : reconnect
  if (typeof reconnects === 'boolean') return reconnects ? STANDARD_POLICY : NO_RECONNECTION
  if (!isPlain(reconnect)) {
    throw new TypeError(`The option "reconnect" must be true, false or an object, not ${display(reconnect)}`)
  }
  const given = members(reconnect)
  const number = (
    name: 'maxAttempts' | 'factor' | 'maxDelay' | 'jitter' | 'resetAfter',
    isValid: (value: unknown) => value is number,
    wanted: string,
  ): number => checked(`reconnect.${name}`, given[name], isValid, wanted) ?? STANDARD_POLICY[name]
  const ms = 'a number of milliseconds from 0'
  return {
    reconnects: true,
    maxAttempts: number('maxAttempts', isCount, 'a whole number from 1'),
    factor: number('factor', isFrom(1), 'a number from 1'),
    maxDelay: number('maxDelay', isFrom(0), ms),
    jitter: number('jitter', isFrom(0, Number.MAX_VALUE), 'a finite number from 0'),
    resetAfter: number('resetAfter', isFrom(0), ms),
    // A policy may be an instance of a class.
    shouldReconnect: checked('reconnect.shouldReconnect', given.shouldReconnect, isFunction, 'a function')?.bind(
      reconnect as never,
    ) as Policy['shouldReconnect'],
  }
}

function isCount(value: unknown): value is number {
  return value === Infinity || (Number.isInteger(value) && (value as number) >= 1)
}
