/** One message, one task. */

import { chooseQueueTask, countedLoop } from '../platform/platform.ts'

/** How many bytes to read ahead while items wait. Enough to save what a reset would discard, and little enough to hold. */
const READ_AHEAD = 64 * 1024

/** Stands for an empty list, so that idle queues share one. Nothing is pushed to it. */
const NOTHING: never[] = []

/** What a queue delivers to. It shows by its name in the stacks of what listeners throw. */
interface TaskRunner<Item> {
  runTask(item: Item): void
}

/**
 * Delivers items in order, each in a task of its own: all microtasks that one delivery started have run before the next.
 * An item is delivered at once where a task has run since the last delivery. (A new chunk is no proof of that: chunks that
 * wait in a stream come microtasks apart.)
 *
 * A hop is queued for each item when it comes, not one after the other: in Node that costs a sixth. Once none is under way, a
 * task has run since the last delivery if the event loop has gone round; where nobody counts its rounds, one hop more tells.
 */
export class TaskQueue<Item> {
  readonly #owner: TaskRunner<Item>
  readonly #queueTask = chooseQueueTask()
  readonly #loop = countedLoop()
  #hops = 0
  /** In which round of the loop the last delivery was. */
  #round = 0
  #waiting: Item[] = NOTHING
  #next = 0
  #bytesAhead = 0
  #drained: (() => void) | undefined

  /** The task that creates the queue counts as a delivery: nothing is delivered before it has ended. */
  constructor(owner: TaskRunner<Item>) {
    this.#owner = owner
    this.#beginTask()
  }

  push(item: Item): void {
    const taskHasRun = this.#hops === 0 && this.#beginTask()
    if (taskHasRun) {
      this.#owner.runTask(item)
      return
    }
    this.#queueHop()
    if (this.#waiting === NOTHING) this.#waiting = [item]
    else this.#waiting.push(item)
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting = NOTHING
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

  /**
   * Before a delivery with no hop under way: the next one asks whether a task has run since this one.
   *
   * @returns whether one has since the last
   */
  #beginTask(): boolean {
    if (!this.#loop) {
      this.#queueHop()
      return true
    }
    const last = this.#round
    this.#round = this.#loop.uvMetricsInfo.loopCount
    return this.#round !== last
  }

  #queueHop(): void {
    this.#hops++
    const queueTask = this.#queueTask
    queueTask(this.#hop)
  }

  readonly #hop = (): void => {
    this.#hops--
    if (this.#waiting.length === 0) return
    const item = this.#waiting[this.#next++] as Item
    if (this.#next === this.#waiting.length) {
      this.clear()
      if (this.#hops === 0) this.#beginTask()
    }
    this.#owner.runTask(item)
  }
}
