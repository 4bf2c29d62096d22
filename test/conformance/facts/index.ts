/** All facts of behaviour that hold in every runtime. */

import { construction } from './construction.ts'
import type { BehaviourFact } from './fact.ts'
import { handlers } from './handlers.ts'
import { interfaceShape } from './interface.ts'
import { life } from './life.ts'
import { messages } from './messages.ts'
import { request } from './request.ts'
import { response } from './response.ts'

/** By subject, in the order in which the documentation lists them. */
export const factsBySubject: Record<string, BehaviourFact[]> = {
  Construction: construction,
  'The shape of the interface': interfaceShape,
  'The request': request,
  'The response': response,
  Messages: messages,
  'Handler attributes': handlers,
  'Life of a source': life,
}

export const facts: BehaviourFact[] = Object.values(factsBySubject).flat()
