/** Facts about code blocks. */

import type { Place, Stage } from '../stage.ts'

export interface Fact {
  fact: string
  /** Node 24 by default. */
  on?: Place[]
  /** Why the fact cannot run here, for reasons other than the runtime. */
  without?: string | undefined
  run: (stage: Stage) => Promise<void> | void
}

/** The facts of each block, by its name. */
export type Facts = Record<string, Fact[]>

export const NODE_24: Place = { runtime: 'node24' }
/** For blocks that depend on the runtime. The conformance suite tests behavior in all runtimes. */
export const EVERYWHERE: Place[] = [NODE_24, { runtime: 'deno' }, { runtime: 'bun' }]
/** For the README: the oldest supported Node too. */
export const EVERYWHERE_AND_NODE_20: Place[] = [{ runtime: 'node20' }, ...EVERYWHERE]
