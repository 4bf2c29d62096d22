/** The ways to queue a task. */

import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { chooseQueueTask } from '../../../src/platform/task.ts'

let channels = 0
const real = { setTimeout, MessageChannel }

/** The ways to queue a task, each of which says that it was taken. */
const ways = (taken: string[]): Record<string, unknown> => ({
  setImmediate: (task: () => void) => {
    taken.push('setImmediate')
    real.setTimeout(task, 0)
  },
  MessageChannel: class {
    readonly #channel = new real.MessageChannel()
    // As browsers have them: only Node's ports have `unref`, and those keep the process alive.
    readonly port1 = {
      addEventListener: this.#channel.port1.addEventListener.bind(this.#channel.port1),
      start: this.#channel.port1.start.bind(this.#channel.port1),
    }
    readonly port2 = this.#channel.port2

    constructor() {
      channels++
    }
  },
  document: {},
  importScripts: () => undefined,
  setTimeout: (task: () => void, delay: number) => {
    taken.push('setTimeout')
    return real.setTimeout(task, delay)
  },
})

/** A runtime that has `setTimeout` and these ways, and no other: which of them are taken. */
function stubRuntime(present: readonly string[]): string[] {
  const taken: string[] = []
  for (const [way, stub] of Object.entries(ways(taken))) {
    vi.stubGlobal(way, way === 'setTimeout' || present.includes(way) ? stub : undefined)
  }
  return taken
}

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Three tasks, each of which starts microtasks: what ran, in order. */
async function threeTasks(): Promise<string[]> {
  const log: string[] = []
  const queueTask = chooseQueueTask()
  await new Promise<void>((done) => {
    for (const task of [1, 2, 3]) {
      queueTask(() => {
        log.push(`task ${task}`)
        void microtasks().then(() => {
          log.push(`microtasks of ${task}`)
          if (task === 3) done()
        })
      })
    }
    log.push('now')
  })
  return log
}

async function microtasks(): Promise<void> {
  for (let depth = 0; depth < 200; depth++) await Promise.resolve()
}

afterAll(() => {
  expect(channels).toBe(1)
})

describe('a task', () => {
  it.each([
    { present: ['setImmediate', 'MessageChannel', 'document'], way: 'setImmediate' },
    { present: ['MessageChannel', 'document'], way: 'MessageChannel' },
    { present: ['MessageChannel', 'importScripts'], way: 'MessageChannel' },
    { present: ['MessageChannel'], way: 'setTimeout' },
    { present: [], way: 'setTimeout' },
  ])('goes by $way where there are $present, in order, with all microtasks between', async ({ present, way }) => {
    const taken = stubRuntime(present)
    expect(await threeTasks()).toEqual([
      'now',
      ...[1, 2, 3].flatMap((task) => [`task ${task}`, `microtasks of ${task}`]),
    ])
    // One channel, made once, serves all.
    expect(taken).toEqual(way === 'MessageChannel' ? [] : [way, way, way])
  })

  it('goes by what there is when it is chosen', async () => {
    const first = stubRuntime(['setImmediate'])
    await threeTasks()
    const second = stubRuntime([])
    await threeTasks()
    expect([new Set(first), new Set(second)]).toEqual([new Set(['setImmediate']), new Set(['setTimeout'])])
  })
})
