/** What a test says of a code block. */

import type { Place, Stage } from '../stage.ts'

export interface Fact {
  fact: string
  /** Node 24 unless it says otherwise. */
  on?: Place[]
  /** Why it cannot run here, where that is not a matter of runtimes. */
  without?: string | undefined
  run: (stage: Stage) => Promise<void> | void
}

/** By the blocks' names. */
export type Facts = Record<string, Fact[]>

export const NODE_24: Place = { runtime: 'node24' }
export const EVERYWHERE: Place[] = ['node20', 'node24', 'deno', 'bun'].map((runtime) => ({ runtime }))
