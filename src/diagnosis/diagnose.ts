/** Diagnoses the problems of a stream from observations. */

import { inspectConnections } from './connections.ts'
import type { Context, Finding, Remedy } from './finding.ts'
import { inspectText } from './framing.ts'
import { inspectHead, isEventStream } from './head.ts'
import { inspectNetwork } from './network.ts'
import type { Observation } from './observation.ts'
import { isRedirectLoop, redirectLoop } from './redirects.ts'
import { inspectTime } from './timing.ts'

const LEVELS = ['error', 'warning', 'note'] as const satisfies Finding['level'][]

/**
 * Returns findings about the last request and about the sequence of all requests: the worst first, each code once. An empty
 * result means that nothing is wrong, or that it is too early to say. Call it after each observation and at intervals, because
 * silence shows only over time.
 */
export function diagnose(observations: readonly Observation[], context: Context): Finding[] {
  const last = observations.at(-1)
  if (!last) return []
  if (isRedirectLoop(observations)) return [redirectLoop(last)]
  // Until the last request has a response, the one before it still counts.
  const relevant = last.head || last.end ? [last] : [...observations.slice(-2)].reverse()
  const findings = [
    ...relevant.flatMap((observation) => inspect(observation, context)),
    ...inspectConnections(observations),
  ]
  const once = findings.filter(({ code }, i) => findings.findIndex((other) => other.code === code) === i)
  const advice = once.map(({ remedy, ...finding }) =>
    remedy && !isApplied(remedy, context) ? { ...finding, remedy } : finding,
  )
  return LEVELS.flatMap((level) => advice.filter((finding) => finding.level === level))
}

/** Whether the client already has the setting. */
function isApplied(remedy: Remedy, { retryStatuses = [], headers = [] }: Context): boolean {
  if ('retryStatus' in remedy) return retryStatuses.includes(remedy.retryStatus)
  if ('method' in remedy) return false
  const [name = '', value = ''] = remedy.header.split(': ')
  // The user has replaced a placeholder such as <token>.
  return headers.some(
    (given) => given[0].toLowerCase() === name.toLowerCase() && (given[1] === value || value.includes('<')),
  )
}

function inspect(observation: Observation, context: Context): Finding[] {
  if (!observation.head) return [...inspectNetwork(observation, context), ...inspectTime(observation, context)]
  // Other responses don't have the format of an event stream.
  if (!isEventStream(observation)) return inspectHead(observation, context)
  return [
    ...inspectHead(observation, context),
    ...inspectText(observation, context),
    ...inspectTime(observation, context),
  ]
}
