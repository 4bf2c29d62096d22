/** When to try again: pure functions, no clock and no network. */

import type { FailureReason } from './connection-error.ts'

/** How the waits between attempts grow. */
export interface ReconnectPolicy {
  /** By what the wait is multiplied for each further attempt in a row that brought no message. */
  factor: number
  /** Milliseconds that a grown wait does not exceed, unless the reconnection time does. */
  maxDelay: number
  /** The largest part of the wait that chance adds to it. */
  jitter: number
  /** Milliseconds after which an open connection counts as a success even without a message. */
  resetAfter: number
}

/** The standard leaves backoff to the implementation. */
export const STANDARD_POLICY: Readonly<ReconnectPolicy> = {
  factor: 2,
  maxDelay: 30_000,
  jitter: 0.25,
  resetAfter: 5_000,
}

/** The reconnection time before the server says otherwise, in ms; Chromium's and WebKit's. */
export const INITIAL_RECONNECTION_TIME = 3_000

/** Less would let a server that closes at once cause a storm. */
const MIN_DELAY = 100

/** What a timer can hold; a longer delay would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

/** Whether the standard reestablishes the connection after such a failure, or fails it. */
export function isTemporary(reason: FailureReason): boolean {
  return reason === 'network' || reason === 'ended'
}

/**
 * The wait before the next attempt, in ms.
 *
 * @param fruitless how many attempts in a row brought no message
 * @param reconnectionTime in ms, what the server's `retry` said last
 * @param random from 0 to 1
 */
export function reconnectionDelay(
  policy: ReconnectPolicy,
  fruitless: number,
  reconnectionTime: number,
  random: number,
): number {
  const base = Math.max(MIN_DELAY, reconnectionTime)
  const grown = base * policy.factor ** Math.max(0, fruitless - 1)
  const wait = Math.min(grown, Math.max(policy.maxDelay, base))
  return Math.min(wait * (1 + policy.jitter * random), MAX_DELAY)
}
