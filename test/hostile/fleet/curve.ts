/** What happens over time, in numbers. */

/** The figures of the chart. */
interface FleetCurve {
  sources: number
  /** Connection attempts in each 100 ms since the server went down. */
  attempts: number[]
  /** How long the server was down, in ms. */
  away: number
}

/** Returns the chart as SVG. */
export type DrawFleet = (curve: FleetCurve) => string

/** How many of the times are in the first so many ms, in the next, and so on to the last. */
export function perInterval(ms: number, times: number[]): number[] {
  const counts: number[] = []
  for (const time of times) {
    const index = Math.floor(time / ms)
    while (counts.length <= index) counts.push(0)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

/** The most that are within so many ms, wherever these begin. */
export function mostWithin(ms: number, times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  let most = 0
  let first = 0
  for (const [index, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= ms) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}
