/** Dispatches each message in its own task. */

import { chooseQueueTask, loopCount } from '../platform/platform.ts'

/** How many bytes to read ahead while items wait. Reading ahead saves data that a connection reset would discard. */
const READ_AHEAD = 64 * 1024

/** Receives the items. The method's name appears in the stacks of errors that listeners throw. */
interface TaskRunner<Item> {
  runTask(item: Item): void
}

/**
 * Delivers items in order, each in its own task: all microtasks that one delivery starts run before the next.
 *
 * Queues a task for each item when it arrives, which in Node costs a sixth of queuing one task after the other. If the platform
 * counts event loop iterations, an item is delivered at once when a new iteration has begun since the last delivery. (A new chunk
 * does not prove that: chunks buffered in a stream arrive only microtasks apart.)
 */
export class TaskQueue<Item> {
  readonly #owner: TaskRunner<Item>
  readonly #queueTask = chooseQueueTask()
  /**
   * The event loop iteration of the last delivery. Starts with the current one: nothing is delivered in the task that creates the
   * queue.
   */
  #iteration: number | undefined = loopCount()
  #queuedTasks = 0
  #waiting: Item[] = []
  #next = 0
  #bytesAhead = 0
  #drained: (() => void) | undefined

  constructor(owner: TaskRunner<Item>) {
    this.#owner = owner
  }

  push(item: Item): void {
    const iteration = this.#queuedTasks === 0 ? loopCount() : this.#iteration
    if (iteration !== this.#iteration) {
      this.#iteration = iteration
      this.#owner.runTask(item)
      return
    }
    this.#queuedTasks++
    const queueTask = this.#queueTask
    queueTask(this.#runNext)
    this.#waiting.push(item)
  }

  /** Removes all waiting items. */
  reset(): void {
    this.#waiting = []
    this.#next = 0
    this.#bytesAhead = 0
    this.#drained?.()
    this.#drained = undefined
  }

  /** Counts bytes that were read. Returns a promise to pause reading until no item waits, or undefined to continue. */
  backpressure(bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0) return undefined
    this.#bytesAhead += bytes
    if (this.#bytesAhead < READ_AHEAD) return undefined
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  readonly #runNext = (): void => {
    this.#queuedTasks--
    if (this.#waiting.length === 0) return
    const item = this.#waiting[this.#next++] as Item
    if (this.#next === this.#waiting.length) {
      this.reset()
      if (this.#queuedTasks === 0) this.#iteration = loopCount()
    }
    this.#owner.runTask(item)
  }
}
