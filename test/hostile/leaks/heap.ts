/** Detects growth of a heap by the minimum and maximum of several samples: a leak affects each of them. */

/** Number of samples. The first ones are warm-up, while code is compiled and object shapes are learned. */
export const WINDOWS = 12
const WARM_UP = 3
const THIRD = (WINDOWS - WARM_UP) / 3

/** Growth in bytes that is ignored: runs without a leak differ by less. */
export const NOISE = 400_000

/** Minimum difference in bytes between samples of the last and the first third; negative if they overlap. */
export function growth(heap: readonly number[]): number {
  return Math.min(...heap.slice(-THIRD)) - Math.max(...heap.slice(WARM_UP, WARM_UP + THIRD))
}

export function grows(heap: readonly number[]): boolean {
  return growth(heap) > NOISE
}

/** Smallest leak in bytes per cycle that this run would have detected. */
export function resolution(heap: readonly number[], cycles: number): number {
  return Math.ceil((NOISE - growth(heap)) / ((cycles / WINDOWS) * (THIRD + 1)))
}
