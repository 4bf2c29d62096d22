/** The type of a fact, and the predicates that limit where it applies. */

import type { EventSourceInit } from '../../../src/index.ts'
import type { LoggedRequest } from '../../server/program.ts'
import { check, stream, type Environment, type Fact } from '../harness.ts'

export interface BehaviorFact {
  /** Related facts share a number. */
  number: number
  title: string
  run: (fact: Fact) => Promise<void> | void
  /** Runs after all others because it would disturb them. */
  alone?: true
  /** Where it applies; everywhere by default. */
  needs?: (env: Environment) => boolean
}

/** The name in reports and in the list of exceptions. */
export function testName({ number, title }: BehaviorFact): string {
  return `fact ${number}: ${title}`
}

/** Facts about extensions that only our class has, all with the same number. */
export function ourFacts(number: number, facts: Record<string, BehaviorFact['run']>): BehaviorFact[] {
  return Object.entries(facts).map(([title, run]) => ({ number, title, run, needs: isOurs }))
}

/** Like `ourFacts`, limited to some environments. */
export function ourFactsIn(
  place: (env: Environment) => boolean,
  number: number,
  facts: Record<string, BehaviorFact['run']>,
): BehaviorFact[] {
  return ourFacts(number, facts).map((fact) => ({ ...fact, needs: (env) => env.ours && place(env) }))
}

export const isOurs = (env: Environment): boolean => env.ours

/** In pages and their workers. */
export const inBrowser = (env: Environment): boolean => env.base !== undefined

/** Outside browsers. */
export const onServer = (env: Environment): boolean => env.base === undefined

/** The request that a source with these options sends. */
export async function requestOf(fact: Fact, options: EventSourceInit): Promise<LoggedRequest> {
  const served = await fact.serve(stream(': hello\n'))
  await fact.listenWith(served.url, options).until('open')
  const [seen] = (await served.log({ requests: 1 })).requests
  check(seen !== undefined, 'the request is missing')
  return seen
}
