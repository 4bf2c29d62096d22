/** Measures whether the sources of a fleet act at once, from actual, not announced, times. */

import { mostWithin } from './curve.ts'

/** Actual and due times of one action of each source, in ms. */
export interface Wave {
  name: string
  times: number[]
  due: number[]
  /** Span of the jitter, in ms. */
  window: number
}

export interface Verdict {
  /** Maximum share of the fleet within any interval, from 0 to 1. */
  share: number
  /** Maximum share allowed. */
  most: number
  /** Maximum lateness, in ms. */
  late: number
}

/**
 * Actions may come late on a busy machine, so an interval also gets the actions due up to `late` ms before it. The allowed share is
 * that of the interval and `late` together, plus a margin for chance. If `late` is as long as the jitter, the check can't fail.
 *
 * @param size of the fleet
 */
export function judge({ times, due, window }: Wave, interval: number, size: number): Verdict {
  const late = latest(times, due)
  const fair = Math.min(1, (interval + late) / window)
  return {
    share: mostWithin(interval, times) / size,
    most: fair + 6 * Math.sqrt((fair * (1 - fair)) / size),
    late,
  }
}

/** The minimum lateness in ms that explains the times, if sources acted in the order they were due. */
function latest(times: number[], due: number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  const sortedDue = [...due].sort((a, b) => a - b)
  return Math.max(0, ...sorted.map((time, index) => time - (sortedDue[index] ?? time)))
}
