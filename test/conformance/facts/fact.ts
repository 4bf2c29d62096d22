/** What a fact is. */

import type { EventSourceInit } from '../../../src/index.ts'
import type { LoggedRequest } from '../../server/program.ts'
import { check, stream, type Environment, type Fact } from '../harness.ts'

export interface BehaviourFact {
  /** Groups what belongs together, as docs/reference/conformance.md lists it. */
  number: number
  /** States the fact. */
  title: string
  run: (fact: Fact) => Promise<void> | void
  /** Whether it disturbs others, so that it runs after them. */
  alone?: true
  /** Where it applies: everywhere, if not given. */
  needs?: (env: Environment) => boolean
}

/** How reports and the list of exceptions call it. */
export function testName({ number, title }: BehaviourFact): string {
  return `fact ${number}: ${title}`
}

/** Facts about what only our class has, all of one number. */
export function ofOurs(number: number, facts: Record<string, BehaviourFact['run']>): BehaviourFact[] {
  return Object.entries(facts).map(([title, run]) => ({ number, title, run, needs: OURS }))
}

/** The same where they apply only there. */
export function ofOursIn(
  place: (env: Environment) => boolean,
  number: number,
  facts: Record<string, BehaviourFact['run']>,
): BehaviourFact[] {
  return ofOurs(number, facts).map((fact) => ({ ...fact, needs: (env) => env.ours && place(env) }))
}

/** For facts about options that only our class has. */
export const OURS = (env: Environment): boolean => env.ours

/** For facts about what pages and workers alone have. */
export const BROWSER = (env: Environment): boolean => env.base !== undefined

/** For facts about what no page may do. */
export const SERVER = (env: Environment): boolean => env.base === undefined

/** The request that a source with these options sends. */
export async function requestOf(fact: Fact, options: EventSourceInit): Promise<LoggedRequest> {
  const served = await fact.serve(stream(': hello\n'))
  await fact.listenWith(served.url, options).until('open')
  const [seen] = (await served.log({ requests: 1 })).requests
  check(seen !== undefined, 'there is no request')
  return seen
}
