/** The timers of one stream, in seconds. */

export class Clock {
  readonly #second: number
  readonly #running: Set<NodeJS.Timeout>
  readonly #own = new Set<NodeJS.Timeout>()
  /** Callbacks don't run before this time. */
  #stalledUntil = 0

  /**
   * @param second length of a second in ms; short in tests
   * @param running shared set of all clocks' running timers
   */
  constructor(second: number, running = new Set<NodeJS.Timeout>()) {
    this.#second = second
    this.#running = running
  }

  /** In seconds, with the same start for all clocks. */
  now(): number {
    return performance.now() / this.#second
  }

  /** Runs `act` at this interval. */
  every(seconds: number, act: () => void): void {
    const actUnlessStalled = (): void => {
      if (this.now() >= this.#stalledUntil) act()
    }
    this.#add(setInterval(actUnlessStalled, seconds * this.#second))
  }

  /** Runs `act` once after this delay. */
  after(seconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#remove(timer)
      const left = this.#stalledUntil - this.now()
      if (left > 0) this.after(left, act)
      else act()
    }, seconds * this.#second)
    this.#add(timer)
  }

  /** Stalls for this many seconds: intervals skip their calls, delays are postponed. */
  stall(seconds: number): void {
    this.#stalledUntil = this.now() + seconds
  }

  stop(): void {
    // `clearTimeout` clears intervals too.
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
