/** Whether a heap grows: by medians, for a single look may meet anything. */

/** By how many bytes it grew from its first third to its last, and by how many in each cycle between the middles of these. */
export function growth(heap: readonly number[], cycles: number): { bytes: number; perCycle: number } {
  const third = Math.floor(heap.length / 3)
  const bytes = median(heap.slice(-third)) - median(heap.slice(0, third))
  const between = (cycles * (heap.length - third)) / heap.length
  return { bytes, perCycle: bytes / between }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
