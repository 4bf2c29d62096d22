/** One message, one task. */

import { chooseQueueTask, loopCount } from '../platform/platform.ts'

/** How many bytes to read ahead while items wait. Enough to save what a reset would discard, and little enough to hold. */
const READ_AHEAD = 64 * 1024

/** What a queue delivers to. It shows by its name in the stacks of what listeners throw. */
interface TaskRunner<Item> {
  runTask(item: Item): void
}

/**
 * Delivers items in order, each in a task of its own: all microtasks that one delivery started have run before the next.
 *
 * A hop is queued for each item when it comes, not one after the other: in Node that costs a sixth. Where the event loop counts its
 * rounds, an item is delivered at once if the loop has gone round since the last delivery. (A new chunk does not prove that: chunks
 * that wait in a stream come microtasks apart.)
 */
export class TaskQueue<Item> {
  readonly #owner: TaskRunner<Item>
  readonly #queueTask = chooseQueueTask()
  /** In which round of the loop the last delivery was; nothing is delivered in the task that creates the queue. */
  #round: number | undefined = loopCount()
  #hops = 0
  #waiting: Item[] = []
  #next = 0
  #bytesAhead = 0
  #drained: (() => void) | undefined

  constructor(owner: TaskRunner<Item>) {
    this.#owner = owner
  }

  push(item: Item): void {
    const round = this.#hops === 0 ? loopCount() : this.#round
    if (round !== this.#round) {
      this.#round = round
      this.#owner.runTask(item)
      return
    }
    this.#hops++
    const queueTask = this.#queueTask
    queueTask(this.#hop)
    this.#waiting.push(item)
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting = []
    this.#next = 0
    this.#bytesAhead = 0
    this.#drained?.()
    this.#drained = undefined
  }

  /** Whether so many more bytes are enough for now: a promise holds the next ones back until nothing waits. */
  backpressure(bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0) return undefined
    this.#bytesAhead += bytes
    if (this.#bytesAhead < READ_AHEAD) return undefined
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  readonly #hop = (): void => {
    this.#hops--
    if (this.#waiting.length === 0) return
    const item = this.#waiting[this.#next++] as Item
    if (this.#next === this.#waiting.length) {
      this.clear()
      if (this.#hops === 0) this.#round = loopCount()
    }
    this.#owner.runTask(item)
  }
}
