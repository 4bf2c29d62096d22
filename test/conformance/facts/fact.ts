/** What a fact is. */

import type { Environment, Fact } from '../harness.ts'

export interface BehaviourFact {
  /** Groups what belongs together, as docs/behaviour.md lists it. */
  number: number
  /** States the fact. */
  title: string
  run: (fact: Fact) => Promise<void> | void
  /** Where it applies: everywhere, if not given. */
  needs?: (env: Environment) => boolean
}

/** How reports and the list of exceptions call it. */
export function testName({ number, title }: BehaviourFact): string {
  return `fact ${number}: ${title}`
}

/** For facts about options that only our class has. */
export const OURS = (env: Environment): boolean => env.ours

/** For facts about what pages and workers alone have. */
export const BROWSER = (env: Environment): boolean => env.base !== undefined
