/** What a client does again and again, and what it then says of itself. */

import type * as everysource from '../../../dist/index.js'

export type Library = typeof everysource

/** What is run in a client's process. */
export interface Orders {
  /** The build under test. */
  module: string
  base: string
  /** At once. */
  scenarios: string[]
  /** How often each, in all windows together. */
  cycles: number
  /** After each of so many garbage is collected and the heap looked at; with one, not before the end. */
  windows: number
  /** How often to look for what is not gone yet, with garbage collected in between. */
  looks: number
  /** How long it may take until all scenarios have ended, in ms. */
  limit: number
}

/** What a client tells of itself in the end, while the caller's signals, on which all may listen, are alive. */
export interface Remains {
  /** Bytes of heap in use after each window, garbage collected. */
  heap: number[]
  /** How many sources and streams have not been collected, by scenario; none where there are none. */
  uncollected: Record<string, number>
  /** How many cycles have come to where they mean to end, of scenarios that end at a stage. */
  reached: Record<string, number>
  /** Listeners on the signals of the caller, by scenario; none where there are none. */
  listeners: Record<string, number>
  /** Timers, sockets and the like that there were not before, by kind. */
  resources: string[]
}

/** What a cycle works with. */
export interface Stage {
  library: Library
  base: string
  /** Of the caller, and never aborted. */
  signal: AbortSignal
  /** Has the collection of a source or a stream counted. */
  track: <T extends object>(made: T) => T
  /** Has its listeners counted in the end. */
  watch: (signal: AbortSignal) => void
  /** To be called when a connection has come to where it is to be ended. */
  reach: () => void
}

export interface Scenario {
  /** How many at once. */
  atOnce: number
  /** How many requests of a cycle reach the server, where that is certain and the server tells. */
  requests?: number | undefined
  cycle: (stage: Stage) => Promise<void>
}
