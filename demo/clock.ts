/** The timers of one stream, in seconds, which end with it. */

export class Clock {
  readonly #second: number
  readonly #running: Set<NodeJS.Timeout>
  readonly #own = new Set<NodeJS.Timeout>()
  /** Until then, nothing is done. */
  #stalledUntil = 0

  /**
   * @param second how many ms a second takes; tests make it short
   * @param running gets each timer while it runs, next to those of other clocks
   */
  constructor(second: number, running = new Set<NodeJS.Timeout>()) {
    this.#second = second
    this.#running = running
  }

  /** In seconds, since some moment that is the same for all clocks. */
  now(): number {
    return performance.now() / this.#second
  }

  /** Does it every so many seconds, for the first time after the first of them. */
  every(seconds: number, act: () => void): void {
    const actUnlessStalled = (): void => {
      if (this.now() >= this.#stalledUntil) act()
    }
    this.#add(setInterval(actUnlessStalled, seconds * this.#second))
  }

  /** Does it once, after so many seconds. */
  after(seconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#remove(timer)
      const left = this.#stalledUntil - this.now()
      if (left > 0) this.after(left, act)
      else act()
    }, seconds * this.#second)
    this.#add(timer)
  }

  /** Does nothing for so many seconds; what was to be done every so often is left out, what was to be done once comes later. */
  stall(seconds: number): void {
    this.#stalledUntil = this.now() + seconds
  }

  stop(): void {
    // A timeout and an interval are the same kind of thing, and either function clears both.
    for (const timer of this.#own) {
      clearTimeout(timer)
      this.#remove(timer)
    }
  }

  #add(timer: NodeJS.Timeout): void {
    this.#own.add(timer)
    this.#running.add(timer)
  }

  #remove(timer: NodeJS.Timeout): void {
    this.#own.delete(timer)
    this.#running.delete(timer)
  }
}
