/** A test of a code block. */

import type { Place, Stage } from '../stage.ts'

export interface Fact {
  fact: string
  /** Defaults to Node 24. */
  on?: Place[]
  /** Why it cannot run here, apart from missing runtimes. */
  without?: string | undefined
  run: (stage: Stage) => Promise<void> | void
}

/** Facts by block name. */
export type Facts = Record<string, Fact[]>

export const NODE_24: Place = { runtime: 'node24' }
/** Facts whose output differs between runtimes. The suite, which runs in every runtime, covers the rest. */
export const EVERYWHERE: Place[] = [NODE_24, { runtime: 'deno' }, { runtime: 'bun' }]
/** For the README: also the oldest Node. */
export const EVERYWHERE_AND_NODE_20: Place[] = [{ runtime: 'node20' }, ...EVERYWHERE]
