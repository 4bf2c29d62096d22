/** One part of the hostile tests, and its figures. */

import type { Suite } from '../tally.ts'

export interface Part {
  name: string
  /** Runs its checks, and returns the figures for docs/background/reliability.md and reliability-data.md. */
  run: (suite: Suite, how: How) => Promise<Figures>
}

export interface How {
  /** Whether to run for long, not only as long as `npm run test:all` allows. */
  long: boolean
  /** Seed of all random numbers; printed with a failure. */
  seed: number
}

/** Figures by name: numbers, texts, and series such as a curve. */
export type Figures = Record<string, number | string | number[]>
