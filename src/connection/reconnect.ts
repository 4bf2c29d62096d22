/** Whether and when to try again: the option `reconnect`, and the decision after each failure. */

import {
  display,
  isInRange,
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
import { tryGet } from '../platform/globals.ts'
import { type ConnectionError, connectionErrorOf, type FailedRequest } from './connection-error.ts'
import type { Failure, FailureReason } from './failure.ts'
import type { FailureContext } from './options.ts'
import { MIN_DELAY, clampDelay } from './timers.ts'

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
export const DEFAULT_POLICY: Policy = {
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
const RETRYABLE: readonly FailureReason[] = ['network', 'ended', 'timeout', 'request']

const RULES: Record<string, Rule> = {
  maxAttempts: [(value) => isInRange(1)(value) && (value === Infinity || Number.isInteger(value)), 'an integer >= 1'],
  factor: [isInRange(1), 'a number >= 1'],
  maxDelay: MS,
  jitter: [isInRange(0, Number.MAX_VALUE), 'a finite number >= 0'],
  resetAfter: MS,
  shouldReconnect: [isFunction, 'a function'],
}

/**
 * @param byDefault whether to reconnect if the option is absent
 * @throws a `TypeError` that names the member and the given value
 */
export function readPolicy(reconnect: unknown, byDefault: boolean, endIsFinal = false): Policy {
  const reconnects = reconnect === undefined ? byDefault : reconnect
  if (typeof reconnects === 'boolean') return { ...DEFAULT_POLICY, reconnects, endIsFinal }
  if (!isPlain(reconnect)) {
    throw new TypeError(`${option('reconnect')} must be true, false or an object, got ${display(reconnect)}`)
  }
  const names = Object.keys(RULES)
  // An instance of a class may have a state of its own.
  const given = isRecord(reconnect) ? Object.entries(reconnect) : []
  const [unknown] = given.find(([name, value]) => value !== undefined && !names.includes(name)) ?? []
  if (unknown !== undefined) {
    const near = closest(unknown, names)
    const hint = near === undefined ? `Valid members: ${names.join(', ')}` : `Did you mean "${near}"?`
    throw new TypeError(`Unknown option "reconnect.${unknown}". ${hint}`)
  }
  const policy = readMembers(reconnect, RULES, 'reconnect.') as Partial<Policy>
  return {
    ...DEFAULT_POLICY,
    ...(policy.jitter !== undefined && { firstJitter: policy.jitter }),
    ...policy,
    endIsFinal,
    shouldReconnect: policy.shouldReconnect?.bind(reconnect),
  }
}

/** The decision about a failure. */
export interface Decision {
  error: ConnectionError
  /** In ms; undefined: do not reconnect. */
  delay: number | undefined
  /** What a loop throws if this is the end; undefined if there was no fault: the stream has ended, or the server said so. */
  thrown: { error: unknown } | undefined
}

/** What a decision depends on, besides the policy and the failure. */
export interface RetryState {
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
  state: RetryState,
  hasReceived: boolean,
): Promise<Decision> {
  const error = connectionErrorOf(request, failure)
  const delay = nextDelay(policy, failure, state)
  try {
    const override: unknown = await policy.shouldReconnect?.(error, { delay, hasReceived })
    if (override !== undefined && typeof override !== 'boolean' && !isInRange(0)(override)) {
      throw new TypeError(
        `${resultOf('shouldReconnect')} must be true, false, ${MS[1]} or undefined, got ${display(override)}`,
      )
    }
    const { reason, status, cause } = failure
    return {
      error,
      delay: override === undefined ? delay : nextDelay(policy, failure, state, override),
      thrown: reason === 'ended' || status === 204 ? undefined : { error: isAbort(failure) ? cause : error },
    }
  } catch (cause) {
    const message = `${failure.message}, and "shouldReconnect" failed`
    const failed = connectionErrorOf(request, { ...failure, message, cause, fromCaller: true })
    return { error: failed, delay: undefined, thrown: { error: failed } }
  }
}

/** Whether the caller aborted the request or the stream. An abort in `headers` or another function is a failure of that function. */
function isAbort({ reason, cause, fromCaller }: Failure): boolean {
  return (
    fromCaller === true &&
    reason === 'network' &&
    /^(?:Abort|Timeout)Error$/.test(String(tryGet(() => (cause as Error).name)))
  )
}

/**
 * The wait before the next attempt, in ms; undefined if there is none. Pure: no clock, no network.
 *
 * @param override whether to reconnect, or the wait in ms, instead of the default
 */
export function nextDelay(
  { reconnects, maxAttempts, factor, maxDelay, jitter, firstJitter, endIsFinal }: Policy,
  { reason, retryAfter, endedMidEvent }: Pick<Failure, 'reason' | 'retryAfter' | 'endedMidEvent'>,
  { attemptsWithoutMessage, reconnectionTime, random }: RetryState,
  override: boolean | number = RETRYABLE.includes(reason) && !(endIsFinal && reason === 'ended' && !endedMidEvent),
): number | undefined {
  if (!reconnects || override === false || attemptsWithoutMessage >= maxAttempts) return undefined
  if (typeof override === 'number') return clampDelay(override)
  const growth = factor ** Math.max(0, attemptsWithoutMessage - 1)
  if (retryAfter !== undefined) {
    // In whole seconds, 0 may mean any time up to one. The server does not know how many clients wait: what is ours of it grows.
    const minimum = retryAfter < 1_000 ? Math.min(MIN_DELAY * growth, Math.max(maxDelay, MIN_DELAY)) : 0
    return clampDelay(Math.max(retryAfter, minimum))
  }
  const base = clampDelay(reconnectionTime)
  // `maxDelay` does not shorten the server's `retry`.
  const wait = Math.min(base * growth, Math.max(maxDelay, base))
  return clampDelay(wait * (1 + random * (attemptsWithoutMessage === 0 ? firstJitter : jitter)))
}
