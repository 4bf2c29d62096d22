/** Scenarios that a client repeats, its instructions, and its report. */

import type * as everysource from '../../../dist/index.js'

export type Library = typeof everysource

/** Instructions for a client process. */
export interface Orders {
  /** The build under test. */
  module: string
  base: string
  /** Run in parallel. */
  scenarios: string[]
  /** Cycles per scenario, over all windows. */
  cycles: number
  /** Number of heap samples, each after garbage collection; 1 for none before the end. */
  windows: number
  /** Number of checks for remains, with garbage collection in between. */
  looks: number
  /** Time limit for all scenarios, in ms. */
  limit: number
}

/** The client's final report, made while the caller's signals still exist. */
export interface Remains {
  /** Bytes of heap in use after each window, after garbage collection. */
  heap: number[]
  /** Number of uncollected sources and streams by scenario, without zeros. */
  uncollected: Record<string, number>
  /** Number of cycles that reached their stage, by scenario. */
  reached: Record<string, number>
  /** Number of listeners on the caller's signals by scenario, without zeros. */
  listeners: Record<string, number>
  /** Kinds of new active resources, such as timers and sockets. */
  resources: string[]
}

/** Context of a cycle. */
export interface Stage {
  library: Library
  base: string
  /** The caller's signal, which is never aborted. */
  signal: AbortSignal
  /** Registers a source or stream, to count its collection. */
  track: <T extends object>(made: T) => T
  /** Registers a signal, to count its listeners at the end. */
  watch: (signal: AbortSignal) => void
  /** To be called when a connection has reached its stage. */
  reach: () => void
}

export interface Scenario {
  /** Concurrent cycles. */
  atOnce: number
  /** Requests per cycle that reach the server, if certain. */
  requests?: number | undefined
  cycle: (stage: Stage) => Promise<void>
}
