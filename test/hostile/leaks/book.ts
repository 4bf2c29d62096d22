/** Keeps count of what a scenario makes. */

import { getEventListeners, setMaxListeners } from 'node:events'
import type { Library, Stage } from './scenario.ts'

export class Book {
  #made = 0
  #collected = 0
  #reached = 0
  /** How many cycles, or reconnections, have ended. */
  ended = 0
  readonly #registry = new FinalizationRegistry<undefined>(() => {
    this.#collected++
  })
  readonly #signals: AbortSignal[]
  readonly stage: Stage

  constructor(library: Library, base: string) {
    const { signal } = new AbortController()
    // As many may listen as live at once.
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

  /** How many have not been collected. */
  get uncollected(): number {
    return this.#made - this.#collected
  }

  get reached(): number {
    return this.#reached
  }

  /** How many listen on the caller's signals. */
  get listeners(): number {
    return this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)
  }
}
