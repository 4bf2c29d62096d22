/** Reproducible random numbers. */

/** Returns the next number, from 0 to 1. */
export type Random = () => number

/** Numbers that depend only on the seeds. (mulberry32) */
export function randomNumbers(...seeds: number[]): Random {
  let state = 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  for (const seed of seeds) state = (next() * 2 ** 32) ^ seed
  return next
}

/** Picks a choice with equal probability. */
export function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0]
}
