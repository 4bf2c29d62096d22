/** The default reconnection policy, as documented in docs/reference/options.md. */

/** The defaults. */
export const RECONNECTION_TIME = 3_000
const FACTOR = 2
const FIRST_JITTER = 0.1
const JITTER = 0.25

/** Maximum jitter of the nth wait as a share of it; the first wait follows a working connection. */
export function jitterOf(nth: number): number {
  return nth === 1 ? FIRST_JITTER : JITTER
}

/** The nth wait without jitter, in ms: the same after a lost connection and after the first failure. */
export function leastWait(nth: number, base: number): number {
  return base * FACTOR ** Math.max(0, nth - 2)
}

/** Maximum number of attempts within `ms`, plus the one that finds the server again. */
export function attemptsUntil(ms: number, base: number): number {
  let attempts = 1
  for (let time = leastWait(1, base); time < ms; time += leastWait(attempts, base)) attempts++
  return attempts
}

/** Maximum time until the given number of attempts, in ms. */
export function longestUntil(attempts: number, base: number): number {
  let ms = 0
  for (let nth = 1; nth <= attempts; nth++) ms += leastWait(nth, base) * (1 + jitterOf(nth))
  return ms
}
