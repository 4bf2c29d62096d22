/** When a source attempts to connect, as docs/reference/options.md says. */

/** The defaults. */
export const RECONNECTION_TIME = 3_000
const FACTOR = 2
const FIRST_JITTER = 0.1
const JITTER = 0.25

/** The largest part of the nth wait that is added at random: the first follows a connection that worked. */
export function jitterOf(nth: number): number {
  return nth === 1 ? FIRST_JITTER : JITTER
}

/** The nth wait without jitter, in ms: after the loss of a connection that was good, and the first failure, it is the same. */
export function leastWait(nth: number, base: number): number {
  return base * FACTOR ** Math.max(0, nth - 2)
}

/** How many attempts there can be in the first so many ms, and the one after: it comes when the server is there. */
export function attemptsUntil(ms: number, base: number): number {
  let attempts = 1
  for (let time = leastWait(1, base); time < ms; time += leastWait(attempts, base)) attempts++
  return attempts
}

/** When so many attempts have been made at the latest, in ms. */
export function longestUntil(attempts: number, base: number): number {
  let ms = 0
  for (let nth = 1; nth <= attempts; nth++) ms += leastWait(nth, base) * (1 + jitterOf(nth))
  return ms
}
