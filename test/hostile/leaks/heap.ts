/** Whether a heap grows: by its least and its most, for a single look may meet anything, but a leak is in each. */

/** How often the heap is looked at; the first of these are to warm up: code is compiled, shapes of objects are learnt. */
export const WINDOWS = 12
const WARM_UP = 3
const THIRD = (WINDOWS - WARM_UP) / 3

/** By how many bytes the heap may grow whatever the cycles: by less it differs between runs that leak nothing. */
const NOISE = 400_000

/** By how many bytes each look of the last third is at least above each of the first; below 0 where they overlap. */
export function growth(heap: readonly number[]): number {
  return Math.min(...heap.slice(-THIRD)) - Math.max(...heap.slice(WARM_UP, WARM_UP + THIRD))
}

export function grows(heap: readonly number[]): boolean {
  return growth(heap) > NOISE
}

/** From how many bytes per cycle on a leak would have been noticed in this run of so many cycles. */
export function resolution(heap: readonly number[], cycles: number): number {
  return Math.ceil((NOISE - growth(heap)) / ((cycles / WINDOWS) * (THIRD + 1)))
}
