/** What a fact is. */

import type { Environment, Fact } from '../harness.ts'

export interface BehaviourFact {
  /** The fact's number in docs/behaviour.md. */
  number: number
  /** States the fact. */
  title: string
  run: (fact: Fact) => Promise<void> | void
  /** Where it applies: everywhere, if not given. */
  needs?: (env: Environment) => boolean
}

/** For facts about options that only our class has. */
export const OURS = (env: Environment): boolean => env.ours

/** For facts about what pages and workers alone have. */
export const BROWSER = (env: Environment): boolean => env.base !== undefined
