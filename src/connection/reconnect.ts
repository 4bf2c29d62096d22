/** Whether and when to try again: pure functions, no clock and no network. */

import type { FailureReason } from './connection-error.ts'
import type { Policy } from './policy.ts'
import { display } from '../input/checks.ts'

/** Less would let a server that closes at once cause a storm. */
const MIN_DELAY = 100

/** What a timer can hold; a longer delay would fire at once. */
export const MAX_DELAY = 2 ** 31 - 1

/** After these the standard reestablishes the connection; what a function of the caller's does wrong counts as one. */
const TEMPORARY: readonly FailureReason[] = ['network', 'ended', 'timeout', 'request']

/** What a decision depends on, besides the policy. */
export interface Circumstances {
  reason: FailureReason
  /** How many requests in a row brought no message, the failed one included. */
  fruitless: number
  /** In ms, what the server's `retry` said last. */
  reconnectionTime: number
  /** In ms, what the refused response's `Retry-After` said, if anything. */
  retryAfter: number | undefined
  /** What `shouldReconnect` answered, if it was asked and had an opinion. */
  answer: boolean | number | undefined
  /** From 0 to 1. */
  random: number
}

/** The wait before the next attempt, in ms; undefined where there is to be none. */
export function nextDelay(policy: Policy, circumstances: Circumstances): number | undefined {
  const { reason, fruitless, answer = TEMPORARY.includes(reason), retryAfter, reconnectionTime } = circumstances
  if (!policy.reconnects || answer === false || fruitless >= policy.maxAttempts) return undefined
  if (typeof answer === 'number') return withinLimits(answer)
  if (retryAfter !== undefined) {
    // A header that counts seconds says no more by less than one than that the time has come. For how many clients, it does
    // not know: the wait still grows.
    const wait = retryAfter < 1_000 ? Math.max(retryAfter, MIN_DELAY * policy.factor ** (fruitless - 1)) : retryAfter
    return withinLimits(Math.min(wait, longest(policy, { reconnectionTime })))
  }
  return reconnectionDelay(policy, circumstances)
}

/** The wait that the policy computes, in ms. */
export function reconnectionDelay(
  policy: Policy,
  circumstances: Pick<Circumstances, 'fruitless' | 'reconnectionTime' | 'random'>,
): number {
  const { fruitless, reconnectionTime, random } = circumstances
  const grown = withinLimits(reconnectionTime) * policy.factor ** Math.max(0, fruitless - 1)
  return withinLimits(Math.min(grown, longest(policy, circumstances)) * (1 + policy.jitter * random))
}

/** `maxDelay` does not shorten what the server asked for. */
function longest({ maxDelay }: Policy, { reconnectionTime }: Pick<Circumstances, 'reconnectionTime'>): number {
  return Math.max(maxDelay, withinLimits(reconnectionTime))
}

/** What a wait may be: server and caller are kept from storming, and timers from overflowing. */
export function withinLimits(ms: number): number {
  return Math.min(Math.max(MIN_DELAY, ms), MAX_DELAY)
}

/**
 * Checks what `shouldReconnect` answered.
 *
 * @throws a `TypeError` that says what it was
 */
export function readAnswer(answer: unknown): boolean | number | undefined {
  if (answer === undefined || typeof answer === 'boolean' || (typeof answer === 'number' && answer >= 0)) return answer
  throw new TypeError(
    `"shouldReconnect" must return true, false, a number of milliseconds from 0 or undefined, not ${display(answer)}`,
  )
}
