/** A client library of others that takes an `EventSource` class or a stream, and what is tried with it. */

import type { EventSource as Everysource } from '../../../src/index.ts'

/** The class that the client gets: ours, that of the package `eventsource`, or Node's or Chromium's own. */
export const IMPLEMENTATIONS = ['everysource', 'eventsource', 'native'] as const
export type Implementation = (typeof IMPLEMENTATIONS)[number]

export type EventSourceClass = typeof Everysource

/** A row of docs/works-with.md. */
export interface Client {
  /** As people call it. */
  name: string
  /** npm packages whose versions the table shows. */
  packages: string[]
  /**
   * Where the trials run. By default each implementation has a Node process. `page` trials run in the test, which opens pages.
   * `project` is for clients that import `eventsource`: they are installed in a project whose npm override replaces it.
   */
  runsIn?: 'page' | 'project'
  /** The Nodes that the trials of a project run in. Default: only Node 24. */
  nodes?: string[]
  /** Node's flags that install the tool. Paths start at the folder of the packages. */
  flags?: string[]
  /** One line of code that hands it the class, or that installs the tool. */
  how: string
  /** Facts that hold with our class, in order. */
  trials: Trial[]
  /** Other implementations, and the names of the trials that fail with them. */
  others: Partial<Record<Exclude<Implementation, 'everysource'>, string[]>>
  /** Plain sentences for the table: a limit of the client, or a difference. */
  note?: string
}

export interface Trial {
  name: string
  /** Rejects if the fact does not hold. The class is undefined in the test's own process and in projects. */
  run(EventSource: EventSourceClass, implementation: Implementation): Promise<void>
}
