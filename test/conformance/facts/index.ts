/** All facts of behaviour that hold in every runtime. */

import { again } from './again.ts'
import { badInput } from './bad-input.ts'
import { body } from './body.ts'
import { construction } from './construction.ts'
import { cors } from './cors.ts'
import { errors } from './errors.ts'
import { eventTarget } from './event-target.ts'
import type { BehaviourFact } from './fact.ts'
import { given } from './given.ts'
import { handlers } from './handlers.ts'
import { headers } from './headers.ts'
import { interfaceShape } from './interface.ts'
import { life } from './life.ts'
import { loop } from './loop.ts'
import { messages } from './messages.ts'
import { policy } from './policy.ts'
import { programs } from './programs.ts'
import { request } from './request.ts'
import { response } from './response.ts'
import { resumption } from './resumption.ts'

/** By subject, in the order in which the documentation lists them. */
export const factsBySubject: Record<string, BehaviourFact[]> = {
  Construction: construction,
  'The shape of the interface': interfaceShape,
  'The request': request,
  'The response': response,
  Messages: messages,
  'Handler attributes': handlers,
  'Methods of EventTarget': eventTarget,
  'Life of a source': life,
  'Method, headers and body': [...body, ...headers],
  'Where requests go': resumption,
  'Other origins': cors,
  'When to try again': [...policy, ...again],
  'Errors, and what events carry': errors,
  'Bad options': badInput,
  'Loops over a stream': loop,
  'Streams that the caller brings': given,
  Programs: programs,
}

/** Subjects in larger groups, the columns of the table of runtimes. */
const GROUPS: Record<string, string[]> = {
  Interface: ['Construction', 'The shape of the interface', 'Handler attributes', 'Methods of EventTarget'],
  Requests: ['The request', 'Method, headers and body', 'Where requests go', 'Other origins'],
  Responses: ['The response', 'Errors, and what events carry', 'Bad options'],
  Messages: ['Messages'],
  Life: ['Life of a source', 'When to try again'],
  'Loops and streams': ['Loops over a stream', 'Streams that the caller brings'],
  Programs: ['Programs'],
}

/** The group of each fact. */
export const groupOf = new Map(
  Object.entries(GROUPS).flatMap(([group, subjects]) =>
    subjects.flatMap((subject) => (factsBySubject[subject] ?? []).map((fact) => [fact, group] as const)),
  ),
)

export const facts: BehaviourFact[] = Object.values(factsBySubject).flat()
