/** The task queue: one task per item. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TaskQueue } from '../../../src/event-source/task-queue.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Waits for all queued tasks and one turn of the event loop. */
async function tasks(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A queue without pending tasks. */
async function idleQueue<Item>(deliver: (item: Item) => void): Promise<TaskQueue<Item>> {
  const queue = new TaskQueue<Item>({ runTask: deliver })
  await tasks()
  return queue
}

/** Calls `then` after this many consecutive microtasks. */
async function afterMicrotasks(depth: number, then: () => void): Promise<void> {
  for (let i = 0; i < depth; i++) await Promise.resolve()
  then()
}

/** Runtimes that count event loop iterations, like Node, and runtimes that don't. */
const RUNTIMES = {
  'counted event loop iterations': performance,
  'uncounted event loop iterations': { now: () => performance.now() },
}

describe.each(Object.entries(RUNTIMES))('task queue with %s', (_, clock) => {
  const isCounted = 'nodeTiming' in clock

  beforeEach(() => {
    vi.stubGlobal('performance', clock)
  })

  it('delivers nothing within the task that created it', async () => {
    const delivered: number[] = []
    const queue = new TaskQueue<number>({ runTask: (item) => void delivered.push(item) })
    queue.push(1)
    expect(delivered).toEqual([])
    await afterMicrotasks(1_000, () => undefined)
    expect(delivered).toEqual([])
    await tasks()
    expect(delivered).toEqual([1])
  })

  it(`delivers ${isCounted ? 'at once' : 'after a task'} if a task has run since the last delivery`, async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => delivered.push(item))
    queue.push(1)
    expect(delivered).toEqual(isCounted ? [1] : [])
    await tasks()
    queue.push(2)
    expect(delivered).toEqual(isCounted ? [1, 2] : [1])
  })

  it('does not deliver at once if only microtasks have run', async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => delivered.push(item))
    queue.push(1)
    await afterMicrotasks(1_000, () => undefined)
    queue.push(2)
    expect(delivered).toEqual(isCounted ? [1] : [])
    await tasks()
    expect(delivered).toEqual([1, 2])
  })

  it('runs microtasks of any depth between two items', async () => {
    const log: string[] = []
    const queue = await idleQueue<number>((item) => {
      log.push(`item ${item}`)
      void afterMicrotasks(1_000, () => log.push(`microtasks of ${item}`))
      process.nextTick(() => log.push(`tick of ${item}`))
    })
    for (const item of [1, 2, 3, 4]) queue.push(item)
    await vi.waitUntil(() => log.length === 12)
    expect(log.filter((line) => !line.startsWith('tick'))).toEqual(
      [1, 2, 3, 4].flatMap((item) => [`item ${item}`, `microtasks of ${item}`]),
    )
    for (const item of [1, 2, 3]) expect(log.indexOf(`tick of ${item}`)).toBeLessThan(log.indexOf(`item ${item + 1}`))
  })

  it('keeps the order of items pushed while others wait or within a delivery', async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => {
      delivered.push(item)
      if (item < 3) queue.push(item + 10)
    })
    for (const item of [1, 2, 3]) queue.push(item)
    await afterMicrotasks(3, () => {
      queue.push(4)
    })
    await vi.waitUntil(() => delivered.length === 6)
    // The first is delivered at once, so an item that it pushes precedes the others.
    expect(delivered).toEqual(isCounted ? [1, 11, 2, 3, 4, 12] : [1, 2, 3, 4, 11, 12])
  })

  it('delivers an item pushed within a delivery in its own task', async () => {
    let within = false
    let nested = false
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => {
      nested ||= within
      within = true
      delivered.push(item)
      if (item < 5) queue.push(item + 1)
      within = false
    })
    queue.push(1)
    await vi.waitUntil(() => delivered.length === 5)
    expect(nested).toBe(false)
  })

  it('never delivers two items in one task, whatever their timing', async () => {
    let task = 0
    const tick = (): void => {
      task++
    }
    const seen: number[] = []
    const queue = new TaskQueue<number>({ runTask: () => void seen.push(task) })
    // Immediates queued around each push separate the tasks of deliveries.
    for (let i = 0; i < 200; i++) {
      setImmediate(tick)
      queue.push(i)
      setImmediate(tick)
      if (i % 3 === 0) await Promise.resolve()
      if (i % 7 === 0) await tasks()
    }
    await vi.waitUntil(() => seen.length === 200)
    const microtaskGaps = seen.filter((value, i) => i > 0 && value === seen[i - 1])
    expect(microtaskGaps).toEqual([])
  })

  it('queues a task per waiting item at once, not one after the other', async () => {
    const hops = vi.fn<(task: () => void) => unknown>(setImmediate)
    vi.stubGlobal('setImmediate', hops)
    const queue = await idleQueue<number>(() => undefined)
    hops.mockClear()
    for (let i = 0; i < 10; i++) queue.push(i)
    expect(hops).toHaveBeenCalledTimes(isCounted ? 9 : 10)
  })

  it('loses nothing if a fake clock is installed and removed', async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => delivered.push(item))
    vi.useFakeTimers()
    for (const item of [1, 2, 3]) queue.push(item)
    vi.useRealTimers()
    await vi.waitFor(() => {
      expect(delivered).toEqual([1, 2, 3])
    })
  })
})

it('the task queue adds no task for a single item if event loop iterations are counted', async () => {
  const hops = vi.fn<(task: () => void) => unknown>()
  const { setImmediate } = globalThis
  vi.stubGlobal('setImmediate', hops)
  const delivered: number[] = []
  const queue = new TaskQueue<number>({ runTask: (item) => void delivered.push(item) })
  for (const item of [1, 2, 3]) {
    for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
    queue.push(item)
  }
  expect(delivered).toEqual([1, 2, 3])
  expect(hops).not.toHaveBeenCalled()
})

describe('reset of the task queue', () => {
  it('drops waiting items', async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => delivered.push(item))
    for (const item of [1, 2, 3]) queue.push(item)
    queue.reset()
    await tasks()
    await tasks()
    expect(delivered).toEqual([1])
  })

  it('drops the next item if a delivery resets it', async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => {
      delivered.push(item)
      if (item === 2) queue.reset()
    })
    for (const item of [1, 2, 3, 4]) queue.push(item)
    await tasks()
    await tasks()
    expect(delivered).toEqual([1, 2])
  })

  it('delivers later items, each in its own task', async () => {
    const log: string[] = []
    const queue = await idleQueue<number>((item) => {
      log.push(`item ${item}`)
      void afterMicrotasks(100, () => log.push(`microtasks of ${item}`))
    })
    for (const item of [1, 2, 3]) queue.push(item)
    queue.reset()
    for (const item of [4, 5]) queue.push(item)
    await vi.waitUntil(() => log.length === 6)
    expect(log).toEqual([1, 4, 5].flatMap((item) => [`item ${item}`, `microtasks of ${item}`]))
  })
})

describe('backpressure of the task queue', () => {
  const READ_AHEAD = 64 * 1024

  it('is absent while nothing waits, for any number of bytes', async () => {
    const queue = await idleQueue<number>(() => undefined)
    expect(queue.backpressure(READ_AHEAD * 10)).toBeUndefined()
    queue.push(1)
    expect(queue.backpressure(READ_AHEAD * 10)).toBeUndefined()
  })

  it('starts at 64 KiB read while items wait, and ends when none waits', async () => {
    const delivered: number[] = []
    const queue = await idleQueue<number>((item) => delivered.push(item))
    queue.push(1)
    queue.push(2)
    queue.push(3)
    expect(queue.backpressure(READ_AHEAD - 1)).toBeUndefined()
    const hold = queue.backpressure(1)
    expect(hold).toBeInstanceOf(Promise)
    await hold
    expect(delivered).toContain(3)
  })

  it('ends before the last item is delivered, so that reading continues meanwhile', async () => {
    const log: string[] = []
    const queue = await idleQueue<number>((item) => log.push(`item ${item}`))
    queue.push(1)
    queue.push(2)
    await queue.backpressure(READ_AHEAD)
    expect(log).toEqual(['item 1', 'item 2'])
    expect(queue.backpressure(READ_AHEAD)).toBeUndefined()
  })

  it('counts from zero once nothing waits', async () => {
    const queue = await idleQueue<number>(() => undefined)
    queue.push(1)
    queue.push(2)
    expect(queue.backpressure(READ_AHEAD - 1)).toBeUndefined()
    await tasks()
    await tasks()
    queue.push(3)
    queue.push(4)
    expect(queue.backpressure(READ_AHEAD - 1)).toBeUndefined()
    expect(queue.backpressure(1)).toBeInstanceOf(Promise)
  })

  it('ends when the queue is reset', async () => {
    const queue = new TaskQueue<number>({ runTask: () => undefined })
    queue.push(1)
    const hold = queue.backpressure(READ_AHEAD)
    queue.reset()
    await expect(hold).resolves.toBeUndefined()
  })
})
