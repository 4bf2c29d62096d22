/** A hostile server: its behavior, the client's options, and the expected outcome. */

import type { Socket } from 'node:net'
import type { FailureReason } from '../../../src/connection/failure.ts'

/** Origins of the hostile servers. */
export interface Origins {
  /** The default target of requests. */
  main: string
  /** Another origin. */
  other: string
  /** The first over TLS. */
  secure: string
}

/** A request to answer. */
export interface Visit {
  socket: Socket
  /** Index of the source, from 0. */
  source: number
  /** The rest of the path. */
  rest: string
  /** Number of requests to this path so far, including this one. */
  nth: number
  origins: Origins
  /** Path of this source in this run; requests below it are logged with it. */
  base: string
}

/** A logged request. */
export interface Request {
  origin: keyof Origins
  /** Index of the source; `rest` is the rest of the path. */
  source: number
  rest: string
  /** Time in ms. */
  at: number
  /** Its bytes as Latin-1. */
  head: string
}

/** A source is closed after any of these, or when it fails permanently. */
export interface Until {
  errors?: number
  messages?: number
  /** From its first open or error: time before that only shows how slow the machine is. */
  ms?: number
}

/** Everything observed on one source. */
export interface SourceSeen {
  opens: number
  /** Number of events with data, in total and by type. */
  messages: number
  types: Record<string, number>
  /** Of the first hundred messages. */
  data: string[]
  ids: string[]
  errors: ErrorSeen[]
  readyState: number
}

interface ErrorSeen {
  reason: FailureReason
  message: string
  willReconnect: boolean
  /** The wait in ms. */
  delay?: number
  /** Length of the kept body of a refused response, in characters. */
  body?: number
}

/** Everything observed of one hostile server. */
export interface Seen {
  sources: SourceSeen[]
  requests: Request[]
}

/** `open`: the client can't detect anything wrong. With several, any of them is right. */
export type Expected = FailureReason | 'open' | readonly (FailureReason | 'open')[]

export interface HostileServer {
  name: string
  /** `large`: measures memory, in a separate process. `wait`: takes time, so runs in parallel with others. `brief`: neither. */
  kind: 'large' | 'wait' | 'brief'
  /** Answers a request. */
  serve?: (visit: Visit) => void
  /** Acts on the connection before a request arrives; the request is not read. */
  greet?: (socket: Socket) => void
  /** Target of requests; `main` by default. */
  origin?: keyof Origins
  /** Number of sources that connect at once; 1 by default. */
  sources?: number
  /** Options of `EventSource` that JSON can represent. */
  options?: Record<string, unknown>
  /** `shouldReconnect` always returns true. */
  insists?: boolean
  /** Sets `onComment`. */
  wantsComments?: boolean
  /** The URL has a user and a password. */
  hasPassword?: boolean
  /** Event types to listen for in addition to `message`. */
  types?: readonly string[]
  /** The first error by default. The long run multiplies the ms. */
  until?: Until
  /** Reason of a source's first error. */
  expect: Expected | ((source: number) => Expected)
  /** Flags of Node for its separate process. */
  flags?: string[]
  /** Tests something only `EventSource` reports. */
  isForSources?: boolean
  /** Skipped in the quick run. */
  isForLongRuns?: boolean
  /** Makes further assertions. */
  check?: (seen: Seen) => void
}

export const SECRET = 'a-secret-of-mine'
