/** Collects the values that a client hands to a callback, for trials to wait for. */

export class Inbox<T> {
  readonly #values: T[] = []
  #wake: (() => void) | undefined

  readonly put = (value: T): void => {
    this.#values.push(value)
    this.#wake?.()
  }

  /** Resolves with the next values in order, and removes them. */
  async take(count: number): Promise<T[]> {
    while (this.#values.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#values.splice(0, count)
  }

  /** Removes values until one of them holds. */
  async takeUntil(holds: (value: T) => boolean): Promise<void> {
    for (let found = false; !found;) found = (await this.take(1)).some(holds)
  }

  /** Values that have arrived and were not taken. */
  get rest(): readonly T[] {
    return this.#values
  }
}
