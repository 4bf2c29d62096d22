/** The option `reconnect`, and whether and when to reconnect after a failure. */

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
  /** Whether to reconnect at all. */
  readonly reconnects: boolean
  readonly maxAttempts: number
  readonly factor: number
  readonly maxDelay: number
  readonly jitter: number
  /** Replaces `jitter` for the first wait after a successful connection. */
  readonly firstJitter: number
  readonly resetAfter: number
  /** Whether a clean end completes the response, as with POST, so that it is not retried. */
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
  // The web-platform-tests for `retry` tolerate 25 % in total.
  firstJitter: 0.1,
  resetAfter: 5_000,
  endIsFinal: false,
  shouldReconnect: undefined,
}

/** In ms, until the server sends `retry`. The same as Chromium and WebKit. */
export const INITIAL_RECONNECTION_TIME = 3_000

/** The standard reestablishes the connection after these. `request`, a failing caller's function, is an addition. */
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
 * @throws a `TypeError` with the option's name and the invalid value
 */
export function readPolicy(reconnect: unknown, byDefault: boolean, endIsFinal = false): Policy {
  const reconnects = reconnect === undefined ? byDefault : reconnect
  if (typeof reconnects === 'boolean') return { ...DEFAULT_POLICY, reconnects, endIsFinal }
  if (!isPlain(reconnect)) {
    throw new TypeError(`${option('reconnect')} must be true, false or an object, got ${display(reconnect)}`)
  }
  const names = Object.keys(RULES)
  // A class instance may have other state.
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

/** The outcome of a failure. */
export interface Decision {
  error: ConnectionError
  /** In ms; undefined to not reconnect. */
  delay: number | undefined
  /** The error a loop throws if it doesn't reconnect; undefined if the stream ended normally or the server sent 204. */
  thrown: { error: unknown } | undefined
}

/** Inputs for the delay, in addition to the policy and the failure. */
export interface RetryState {
  /** Consecutive requests without a message, including the failed one. */
  attemptsWithoutMessage: number
  /** In ms: the server's last `retry`. */
  reconnectionTime: number
  /** From 0 to 1. */
  random: number
}

/** Decides whether and when to reconnect. Calls `shouldReconnect` if given. */
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

/**
 * Whether the caller aborted the request or the stream. An abort within a function such as `headers` is a failure of that
 * function.
 */
function isAbort({ reason, cause, fromCaller }: Failure): boolean {
  return (
    fromCaller === true &&
    reason === 'network' &&
    /^(?:Abort|Timeout)Error$/.test(String(tryGet(() => (cause as Error).name)))
  )
}

/**
 * The delay before the next attempt, in ms; undefined to not reconnect. Pure: no clock, no network.
 *
 * @param override whether to reconnect, or the delay in ms, instead of the default
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
    // 0 may mean any time below a second. The minimum grows, because the server may not know how many clients are waiting.
    const minimum = retryAfter < 1_000 ? Math.min(MIN_DELAY * growth, Math.max(maxDelay, MIN_DELAY)) : 0
    return clampDelay(Math.max(retryAfter, minimum))
  }
  const base = clampDelay(reconnectionTime)
  // `maxDelay` never shortens the server's `retry`.
  const wait = Math.min(base * growth, Math.max(maxDelay, base))
  return clampDelay(wait * (1 + random * (attemptsWithoutMessage === 0 ? firstJitter : jitter)))
}
