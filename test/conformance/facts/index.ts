/** All facts, by subject and by group. */

import { reconnectMethod } from './reconnect-method.ts'
import { invalidOptions } from './invalid-options.ts'
import { body } from './body.ts'
import { construction } from './construction.ts'
import { cors } from './cors.ts'
import { errors } from './errors.ts'
import { eventTarget } from './event-target.ts'
import type { BehaviorFact } from './fact.ts'
import { providedStreams } from './provided-streams.ts'
import { handlers } from './handlers.ts'
import { headers } from './headers.ts'
import { interfaceShape } from './interface.ts'
import { lifecycle } from './lifecycle.ts'
import { loops } from './loops.ts'
import { messages } from './messages.ts'
import { reconnection } from './reconnection.ts'
import { programs } from './programs.ts'
import { request } from './request.ts'
import { response } from './response.ts'
import { resumption } from './resumption.ts'
import { silence } from './silence.ts'

/** Facts by subject, in the order of docs/reference/conformance.md. */
export const factsBySubject: Record<string, BehaviorFact[]> = {
  Construction: construction,
  Interface: interfaceShape,
  Requests: request,
  Responses: response,
  Messages: messages,
  'Event handlers': handlers,
  'EventTarget methods': eventTarget,
  Lifecycle: lifecycle,
  'Method, headers and body': [...body, ...headers],
  'Resuming, redirects and other options': resumption,
  'Cross-origin requests': cors,
  Reconnection: [...reconnection, ...reconnectMethod],
  'Silence, sleep and hidden pages': silence,
  Errors: errors,
  'Invalid options': invalidOptions,
  Loops: loops,
  'Your own streams': providedStreams,
  'Example programs': programs,
}

/** Subjects by group. The groups are the columns of the table in docs/reference/runtimes.md. */
const GROUPS: Record<string, string[]> = {
  Interface: ['Construction', 'Interface', 'Event handlers', 'EventTarget methods'],
  Requests: ['Requests', 'Method, headers and body', 'Resuming, redirects and other options', 'Cross-origin requests'],
  Responses: ['Responses', 'Errors', 'Invalid options'],
  Messages: ['Messages'],
  Lifecycle: ['Lifecycle', 'Reconnection', 'Silence, sleep and hidden pages'],
  'Loops and streams': ['Loops', 'Your own streams'],
  Programs: ['Example programs'],
}

/** The group of each fact. */
export const groupOf = new Map(
  Object.entries(GROUPS).flatMap(([group, subjects]) =>
    subjects.flatMap((subject) => (factsBySubject[subject] ?? []).map((fact) => [fact, group] as const)),
  ),
)

export const facts: BehaviorFact[] = Object.values(factsBySubject).flat()
