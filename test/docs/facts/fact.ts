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
/** Of what shows differently in each. What else differs between runtimes is the suite's, which runs in all of them. */
export const EVERYWHERE: Place[] = [NODE_24, { runtime: 'deno' }, { runtime: 'bun' }]
/** Of the front page: in the oldest Node too. */
export const EVERYWHERE_AND_NODE_20: Place[] = [{ runtime: 'node20' }, ...EVERYWHERE]
