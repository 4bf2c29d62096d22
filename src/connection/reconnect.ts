/** Whether and when to try again: the option `reconnect`, and the decision after each failure. */

import {
  display,
  isFrom,
  isFunction,
  isPlain,
  isRecord,
  MS,
  option,
  readMembers,
  resultOf,
  type Rule,
} from '../input/checks.ts'
import { closest } from '../input/closest.ts'
import { attempt } from '../platform/globals.ts'
import { type ConnectionError, connectionErrorOf, type FailedRequest } from './connection-error.ts'
import type { Failure, FailureReason } from './failure.ts'
import type { FailureContext } from './options.ts'
import { MIN_DELAY, withinLimits } from './timers.ts'

/** The option `reconnect` with its defaults. */
export interface Policy {
  /** Whether lost connections are reestablished at all. */
  readonly reconnects: boolean
  readonly maxAttempts: number
  readonly factor: number
  readonly maxDelay: number
  readonly jitter: number
  /** Instead of `jitter`, for the first wait after a connection that worked. */
  readonly firstJitter: number
  readonly resetAfter: number
  /** Whether a clean end completes the response, as with POST, so that it is not requested again. */
  readonly endIsFinal: boolean
  readonly shouldReconnect: ((failure: ConnectionError, context: FailureContext) => unknown) | undefined
}

/** The standard leaves backoff to the implementation. */
export const STANDARD_POLICY: Policy = {
  reconnects: true,
  maxAttempts: Infinity,
  factor: 2,
  maxDelay: 30_000,
  jitter: 0.25,
  // The tests of web-platform-tests for `retry` allow a quarter, all told.
  firstJitter: 0.1,
  resetAfter: 5_000,
  endIsFinal: false,
  shouldReconnect: undefined,
}

/** The reconnection time before the server says otherwise, in ms; Chromium's and WebKit's. */
export const INITIAL_RECONNECTION_TIME = 3_000

/** After these the standard reestablishes the connection; a failing function of the caller's counts as one. */
const TEMPORARY: readonly FailureReason[] = ['network', 'ended', 'timeout', 'request']

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
 * @param byDefault whether to reconnect if the option is absent
 * @throws a `TypeError` that names the member and the given value
 */
export function readPolicy(reconnect: unknown, byDefault: boolean, endIsFinal = false): Policy {
  const reconnects = reconnect === undefined ? byDefault : reconnect
  if (typeof reconnects === 'boolean') return { ...STANDARD_POLICY, reconnects, endIsFinal }
  if (!isPlain(reconnect)) {
    throw new TypeError(`${option('reconnect')} must be true, false or an object, not ${display(reconnect)}`)
  }
  const names = Object.keys(RULES)
  // An instance of a class may have a state of its own.
  const given = isRecord(reconnect) ? Object.entries(reconnect) : []
  const [unknown] = given.find(([name, value]) => value !== undefined && !names.includes(name)) ?? []
  if (unknown !== undefined) {
    const near = closest(unknown, names)
    const hint = near === undefined ? `Its members are ${names.join(', ')}` : `Did you mean "${near}"?`
    throw new TypeError(`Unknown option "reconnect.${unknown}". ${hint}`)
  }
  const policy = readMembers(reconnect, RULES, 'reconnect.') as Partial<Policy>
  return {
    ...STANDARD_POLICY,
    ...(policy.jitter !== undefined && { firstJitter: policy.jitter }),
    ...policy,
    endIsFinal,
    shouldReconnect: policy.shouldReconnect?.bind(reconnect),
  }
}

/** The decision about a failure. */
export interface Verdict {
  error: ConnectionError
  /** In ms; undefined: do not reconnect. */
  delay: number | undefined
  /** What a loop throws if this is the end; undefined if there was no fault: the stream has ended, or the server said so. */
  thrown: { error: unknown } | undefined
}

/** What a decision depends on, besides the policy and the failure. */
export interface Circumstances {
  /** How many requests in a row brought no message, the failed one included. */
  attemptsWithoutMessage: number
  /** In ms, the last `retry` of the server. */
  reconnectionTime: number
  /** From 0 to 1. */
  random: number
}

/** Decides what follows a failure. Calls `shouldReconnect` if the policy has it. */
export async function decide(
  policy: Policy,
  request: FailedRequest,
  failure: Failure,
  circumstances: Circumstances,
  hasReceived: boolean,
): Promise<Verdict> {
  const error = connectionErrorOf(request, failure)
  const delay = nextDelay(policy, failure, circumstances)
  try {
    const answer: unknown = await policy.shouldReconnect?.(error, { delay, hasReceived })
    if (answer !== undefined && typeof answer !== 'boolean' && !isFrom(0)(answer)) {
      throw new TypeError(
        `${resultOf('shouldReconnect')} must be true, false, ${MS[1]} or undefined, not ${display(answer)}`,
      )
    }
    const { reason, status, cause } = failure
    return {
      error,
      delay: answer === undefined ? delay : nextDelay(policy, failure, circumstances, answer),
      thrown: reason === 'ended' || status === 204 ? undefined : { error: isAbort(failure) ? cause : error },
    }
  } catch (cause) {
    const what = `${failure.what}, and "shouldReconnect" failed`
    const failed = connectionErrorOf(request, { ...failure, what, cause, isCallers: true })
    return { error: failed, delay: undefined, thrown: { error: failed } }
  }
}

/** Whether the caller aborted the request or the stream. An abort in `headers` or another function is a failure of that function. */
function isAbort({ reason, cause, isCallers }: Failure): boolean {
  return (
    isCallers === true &&
    reason === 'network' &&
    /^(?:Abort|Timeout)Error$/.test(String(attempt(() => (cause as Error).name)))
  )
}

/**
 * The wait before the next attempt, in ms; undefined if there is none. Pure: no clock, no network.
 *
 * @param answer whether to reconnect, or the wait in ms, instead of the default
 */
export function nextDelay(
  { reconnects, maxAttempts, factor, maxDelay, jitter, firstJitter, endIsFinal }: Policy,
  { reason, retryAfter, endedMidEvent }: Pick<Failure, 'reason' | 'retryAfter' | 'endedMidEvent'>,
  { attemptsWithoutMessage, reconnectionTime, random }: Circumstances,
  answer: boolean | number = TEMPORARY.includes(reason) && !(endIsFinal && reason === 'ended' && !endedMidEvent),
): number | undefined {
  if (!reconnects || answer === false || attemptsWithoutMessage >= maxAttempts) return undefined
  if (typeof answer === 'number') return withinLimits(answer)
  const growth = factor ** Math.max(0, attemptsWithoutMessage - 1)
  if (retryAfter !== undefined) {
    // In whole seconds, 0 may mean any time up to one. The server does not know how many clients wait: what is ours of it grows.
    const least = retryAfter < 1_000 ? Math.min(MIN_DELAY * growth, Math.max(maxDelay, MIN_DELAY)) : 0
    return withinLimits(Math.max(retryAfter, least))
  }
  const base = withinLimits(reconnectionTime)
  // `maxDelay` does not shorten the server's `retry`.
  const wait = Math.min(base * growth, Math.max(maxDelay, base))
  return withinLimits(wait * (1 + random * (attemptsWithoutMessage === 0 ? firstJitter : jitter)))
}
