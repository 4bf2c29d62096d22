/** Users' programs, which docs/guides shows: facts 61 to 64. */

import type { BehaviourFact } from './fact.ts'
import { chats } from './programs/chats.ts'
import { ending } from './programs/ending.ts'
import { flowing } from './programs/flowing.ts'
import { reconnecting } from './programs/reconnecting.ts'

export const programs: BehaviourFact[] = [...chats, ...reconnecting, ...ending, ...flowing]
