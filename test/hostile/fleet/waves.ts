/** Whether a fleet comes in waves: what its sources did, not what they had meant to do. */

import { mostWithin } from './curve.ts'

/** When each of some sources did something, and when it had been due, in ms. */
export interface Wave {
  name: string
  times: number[]
  due: number[]
  /** Over how many ms jitter spreads them. */
  window: number
}

export interface Judgement {
  /** The most of the fleet that came within the interval, from 0 to 1. */
  share: number
  /** What may have come. */
  most: number
  /** By how many ms they were late at most. */
  late: number
}

/**
 * What comes within an interval was due in it, or before it by as much as the machine is late: so that many ms have their share,
 * and chance may add to it. Where a machine is as late as the wave is long, nothing can be said.
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

/** The least lateness that explains them: the first to come was the first that was due, and so on. */
function latest(times: number[], due: number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  const sortedDue = [...due].sort((a, b) => a - b)
  return Math.max(0, ...sorted.map((time, index) => time - (sortedDue[index] ?? time)))
}
