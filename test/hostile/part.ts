/** One way to be hostile to a client, and what it came to. */

import type { Suite } from '../tally.ts'

export interface Part {
  name: string
  /** Runs its checks, and returns what docs/background/reliability.md tells of them. */
  run: (suite: Suite, how: How) => Promise<Figures>
}

export interface How {
  /** As many as one likes to wait for, instead of what `npm run test:all` has time for. */
  long: boolean
  /** Decides all that is random; printed with a failure. */
  seed: number
}

/** What was measured, by its name in the page: numbers, texts, and rows of numbers such as a curve. */
export type Figures = Record<string, number | string | number[]>
