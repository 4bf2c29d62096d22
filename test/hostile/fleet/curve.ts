/** Counts events over time. */

/** The figures of the chart. */
interface FleetCurve {
  sources: number
  /** Connection attempts in each 100 ms since the server went down. */
  attempts: number[]
  /** How long the server was down, in ms. */
  downtime: number
}

/** Returns the chart as SVG. */
export type DrawFleet = (curve: FleetCurve) => string

/** Number of times in each interval of `ms`, from 0 to the last. */
export function perInterval(ms: number, times: number[]): number[] {
  const counts: number[] = []
  for (const time of times) {
    const index = Math.floor(time / ms)
    while (counts.length <= index) counts.push(0)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

/** Maximum number of times within any window of `ms`. */
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
