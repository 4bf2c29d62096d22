/** Whether and when to try again: the option `reconnect`, and the decision after each failure. */

import { display, isFrom, isFunction, isPlain, readMembers, type Rule } from '../input/checks.ts'
import { ConnectionError, type FailedRequest } from './connection-error.ts'
import type { Failure, FailureReason } from './failure.ts'
import { MIN_DELAY, withinLimits } from './timers.ts'

/** The option `reconnect` with its defaults. */
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

/** After these the standard reestablishes the connection; a failing function of the caller's counts as one. */
const TEMPORARY: readonly FailureReason[] = ['network', 'ended', 'timeout', 'request']

const MS: Rule = [isFrom(0), 'a number of milliseconds from 0']

const RULES: Record<string, Rule> = {
  maxAttempts: [
    (value) => isFrom(1)(value) && (value === Infinity || Number.isInteger(value)),
    'a whole number from 1',
  ],
  factor: [isFrom(1), 'a number from 1'],
  maxDelay: MS,
  jitter: [isFrom(0, Number.MAX_VALUE), 'a finite number from 0'],
  resetAfter: MS,
  shouldReconnect: [isFunction, 'a function'],
}

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
  const given = readMembers(reconnect, RULES, 'reconnect.') as Partial<Policy>
  // A policy may be an instance of a class.
  return { ...STANDARD_POLICY, ...given, shouldReconnect: given.shouldReconnect?.bind(reconnect) }
}

/** A failure, and what the caller wants done about it. */
export interface Verdict {
  error: ConnectionError
  /** Undefined without an opinion, false also where `shouldReconnect` has failed; a wait is in ms. */
  answer: boolean | number | undefined
  /** Whether there was no fault: the stream has ended, or the server says so. */
  isEnd: boolean
}

/** Asks `shouldReconnect` where the policy has one. */
export async function ask({ shouldReconnect }: Policy, request: FailedRequest, failure: Failure): Promise<Verdict> {
  const error = new ConnectionError(request, failure)
  try {
    const answer: unknown = await shouldReconnect?.(error)
    if (answer !== undefined && typeof answer !== 'boolean' && !isFrom(0)(answer)) {
      throw new TypeError(
        `"shouldReconnect" must return true, false, a number of milliseconds from 0 or undefined, not ${display(answer)}`,
      )
    }
    return { error, answer, isEnd: failure.reason === 'ended' || failure.status === 204 }
  } catch (cause) {
    const what = `${failure.what}, and "shouldReconnect" failed`
    const failed = new ConnectionError(request, { ...failure, what, cause, isCallers: true })
    return { error: failed, answer: false, isEnd: false }
  }
}

/** What a decision depends on, besides the policy and the failure. */
export interface Circumstances {
  /** What `shouldReconnect` answered, if it was asked and had an opinion. */
  answer: boolean | number | undefined
  /** How many requests in a row brought no message, the failed one included. */
  attemptsWithoutMessage: number
  /** In ms, what the server's `retry` said last. */
  reconnectionTime: number
  /** From 0 to 1. */
  random: number
}

/** The wait before the next attempt, in ms; undefined where there is none. Pure: no clock, no network. */
export function nextDelay(
  { reconnects, maxAttempts, factor, maxDelay, jitter }: Policy,
  { reason, retryAfter }: Pick<Failure, 'reason' | 'retryAfter'>,
  { answer = TEMPORARY.includes(reason), attemptsWithoutMessage, reconnectionTime, random }: Circumstances,
): number | undefined {
  if (!reconnects || answer === false || attemptsWithoutMessage >= maxAttempts) return undefined
  if (typeof answer === 'number') return withinLimits(answer)
  const growth = factor ** Math.max(0, attemptsWithoutMessage - 1)
  const base = withinLimits(reconnectionTime)
  // `maxDelay` does not shorten what the server asked for.
  const longest = Math.max(maxDelay, base)
  if (retryAfter === undefined) return withinLimits(Math.min(base * growth, longest) * (1 + jitter * random))
  // A header that counts seconds says no more by less than one than that the time has come. For how many clients, it does
  // not know: the wait still grows.
  const wait = retryAfter < 1_000 ? Math.max(retryAfter, MIN_DELAY * growth) : retryAfter
  return withinLimits(Math.min(wait, longest))
}
