/** What an enemy is: what its server does, what the client asks for, and what must come of it. */

import type { Socket } from 'node:net'
import type { FailureReason } from '../../../src/connection/failure.ts'

/** Where the servers of the enemies are. */
export interface Origins {
  /** Where requests go, unless the enemy says otherwise. */
  main: string
  /** Another one. */
  other: string
  /** The first over TLS. */
  secure: string
}

/** A request that has come. */
export interface Visit {
  socket: Socket
  /** Which of the enemy's sources it is, from 0. */
  source: number
  /** What follows in the path. */
  rest: string
  /** Which request of that path it is, from 1. */
  nth: number
  origins: Origins
  /** The path of this source of this run of the enemy: what comes under it is logged with it. */
  base: string
}

/** A request as it came. */
export interface Request {
  origin: keyof Origins
  /** Of the source; what follows in the path is `rest`. */
  source: number
  rest: string
  /** In ms. */
  at: number
  /** Its bytes, one character each. */
  head: string
}

/** One source is done with when any of these has come, or it has failed for good. */
export interface Until {
  errors?: number
  messages?: number
  /** Counted from when it opened or failed for the first time: before that, only the machine is slow. */
  ms?: number
}

/** What was seen of a source. */
export interface SourceSeen {
  opens: number
  /** All events that bring data, and those of them with each of the types that the client listens for. */
  messages: number
  types: Record<string, number>
  /** Of messages, the first hundred. */
  data: string[]
  ids: string[]
  errors: ErrorSeen[]
  readyState: number
}

interface ErrorSeen {
  reason: FailureReason
  message: string
  willReconnect: boolean
  /** Of the wait, in ms. */
  delay?: number
  /** How many characters of a refused response were kept. */
  body?: number
}

/** What was seen of an enemy. */
export interface Seen {
  sources: SourceSeen[]
  requests: Request[]
}

/** `open`: nothing is wrong with it that a client could see. Several: any of them. */
export type Expected = FailureReason | 'open' | readonly (FailureReason | 'open')[]

export interface Enemy {
  name: string
  /** Why it is played: `flood`, in a process of its own, for its memory; `wait`, at once with others, for time passes; `brief`. */
  kind: 'flood' | 'wait' | 'brief'
  /** Answers a request. */
  serve?: (visit: Visit) => void
  /** Does something with a connection before a request has come, which then is not read. */
  greet?: (socket: Socket) => void
  /** Where requests go: `main` unless said otherwise. */
  origin?: keyof Origins
  /** How many sources connect, at once. One, unless said otherwise. */
  sources?: number
  /** Those of `EventSource`, as JSON. */
  options?: Record<string, unknown>
  /** Has it say yes to every reconnection. */
  insists?: boolean
  /** Has it listen for comments. */
  wantsComments?: boolean
  /** User and password are in the URL. */
  hasPassword?: boolean
  /** Types of events that the client listens for, besides `message`. */
  types?: readonly string[]
  /** The first error, unless said otherwise. The long run takes a multiple of the ms. */
  until?: Until
  /** The reason of the first error of a source. */
  expect: Expected | ((source: number) => Expected)
  /** Of Node, in a process of its own. */
  flags?: string[]
  /** It is about what only an `EventSource` tells. */
  isForSources?: boolean
  /** The quick run has no time for it. */
  isForLongRuns?: boolean
  /** Looks closer; throws. */
  check?: (seen: Seen) => void
}

export const SECRET = 'a-secret-of-mine'
