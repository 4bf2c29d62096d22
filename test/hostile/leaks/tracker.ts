/** Counts the objects of a scenario and its listeners. */

import { getEventListeners, setMaxListeners } from 'node:events'
import type { Library, Stage } from './scenario.ts'

export class Tracker {
  #made = 0
  #collected = 0
  #reached = 0
  /** Number of finished cycles or reconnections. */
  finished = 0
  readonly #registry = new FinalizationRegistry<undefined>(() => {
    this.#collected++
  })
  readonly #signals: AbortSignal[]
  readonly stage: Stage

  constructor(library: Library, base: string) {
    const { signal } = new AbortController()
    // All concurrent connections listen to it.
    setMaxListeners(0, signal)
    this.#signals = [signal]
    this.stage = {
      library,
      base,
      signal,
      track: (made) => {
        this.#made++
        this.#registry.register(made, undefined)
        return made
      },
      watch: (signal) => void this.#signals.push(signal),
      reach: () => {
        this.#reached++
      },
    }
  }

  /** Number of objects that have not been collected. */
  get uncollected(): number {
    return this.#made - this.#collected
  }

  get reached(): number {
    return this.#reached
  }

  /** Number of listeners on the caller's signals. */
  get listeners(): number {
    return this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)
  }
}
