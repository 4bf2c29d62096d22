/** Facts 61 to 64: the example programs in docs/guides. */

import type { BehaviorFact } from './fact.ts'
import { chats } from './programs/chats.ts'
import { stopping } from './programs/stopping.ts'
import { streams } from './programs/streams.ts'
import { reconnecting } from './programs/reconnecting.ts'

export const programs: BehaviorFact[] = [...chats, ...reconnecting, ...stopping, ...streams]
