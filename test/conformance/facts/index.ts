/** All facts of behaviour that hold in every runtime. */

import { construction } from './construction.ts'
import type { BehaviourFact } from './fact.ts'
import { handlers } from './handlers.ts'
import { interfaceShape } from './interface.ts'
import { life } from './life.ts'
import { messages } from './messages.ts'
import { request } from './request.ts'
import { response } from './response.ts'

export const facts: BehaviourFact[] = [
  ...construction,
  ...interfaceShape,
  ...request,
  ...response,
  ...messages,
  ...handlers,
  ...life,
]
