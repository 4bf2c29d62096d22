/** Measures whether the sources of a fleet act at once, from what they did, not from the waits they announced. */

import { mostWithin } from './curve.ts'

/** Actual and due times of one action of each source, in ms. */
export interface Wave {
  name: string
  times: number[]
  due: number[]
  /** Span of the jitter, in ms. */
  window: number
}

export interface Judgement {
  /** Maximum share of the fleet within any interval, from 0 to 1. */
  share: number
  /** Maximum share allowed. */
  most: number
  /** Maximum lateness, in ms. */
  late: number
}

/**
 * Actions within an interval were due in it, or before it by at most the lateness of the machine. The allowed share is that of the
 * two together, plus chance. If the lateness is as long as the jitter, the check can't fail.
 *
 * @param size of the fleet
 */
export function judge({ times, due, window }: Wave, interval: number, size: number): Judgement {
  const late = latest(times, due)
  const fair = Math.min(1, (interval + late) / window)
  return {
    share: mostWithin(interval, times) / size,
    most: fair + 6 * Math.sqrt((fair * (1 - fair)) / size),
    late,
  }
}

/** The least lateness that explains the times, if sources acted in the order they were due. */
function latest(times: number[], due: number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  const sortedDue = [...due].sort((a, b) => a - b)
  return Math.max(0, ...sorted.map((time, index) => time - (sortedDue[index] ?? time)))
}
