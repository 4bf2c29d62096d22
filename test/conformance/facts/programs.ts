/** Example programs, which are also the documentation in docs/guides/programs.md: facts 61 to 64. */

import type { BehaviorFact } from './fact.ts'
import { chats } from './programs/chats.ts'
import { stopping } from './programs/stopping.ts'
import { streams } from './programs/streams.ts'
import { reconnecting } from './programs/reconnecting.ts'

export const programs: BehaviorFact[] = [...chats, ...reconnecting, ...stopping, ...streams]
