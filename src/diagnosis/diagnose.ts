/** From what is seen of a stream to what is wrong with it. */

import { inspectConnections } from './connections.ts'
import type { Circumstances, Finding } from './finding.ts'
import { inspectText } from './framing.ts'
import { inspectHead, isEventStream } from './head.ts'
import { inspectNetwork } from './network.ts'
import type { Observation } from './observation.ts'
import { inspectTime } from './timing.ts'

const LEVELS = ['error', 'warning', 'note'] as const satisfies Finding['level'][]

/**
 * What is wrong with the last of these requests, and with all of them in a row; the worst first, each code once. None: all is
 * well, or it is too early to say. Ask again when something has been observed, and once in a while: silence shows only in time.
 */
export function diagnose(observations: readonly Observation[], circumstances: Circumstances): Finding[] {
  const last = observations.at(-1)
  if (!last) return []
  // What the last one has not shown yet, the one before it may have.
  const looked = last.head || last.end ? [last] : [...observations.slice(-2)].reverse()
  const findings = [
    ...looked.flatMap((observation) => inspect(observation, circumstances)),
    ...inspectConnections(observations),
  ]
  const once = findings.filter(({ code }, i) => findings.findIndex((other) => other.code === code) === i)
  return LEVELS.flatMap((level) => once.filter((finding) => finding.level === level))
}

function inspect(observation: Observation, circumstances: Circumstances): Finding[] {
  if (!observation.head)
    return [...inspectNetwork(observation, circumstances), ...inspectTime(observation, circumstances)]
  // What is no event stream need not be like one.
  if (!isEventStream(observation)) return inspectHead(observation)
  return [
    ...inspectHead(observation),
    ...inspectText(observation, circumstances),
    ...inspectTime(observation, circumstances),
  ]
}
