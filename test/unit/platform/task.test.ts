/** The methods of queuing a task. */

import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { chooseQueueTask } from '../../../src/platform/task.ts'

let channels = 0
const real = { setTimeout, MessageChannel }

/** Each method of queuing a task, recording its use. */
const queueStubs = (used: string[]): Record<string, unknown> => ({
  setImmediate: (task: () => void) => {
    used.push('setImmediate')
    real.setTimeout(task, 0)
  },
  MessageChannel: class {
    readonly #channel = new real.MessageChannel()
    // Like in browsers: only Node's ports have `unref`, and they keep the process alive.
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
    used.push('setTimeout')
    return real.setTimeout(task, delay)
  },
})

/** Stubs a runtime with only `setTimeout` and these methods, and returns the methods used. */
function stubRuntime(available: readonly string[]): string[] {
  const used: string[] = []
  for (const [name, stub] of Object.entries(queueStubs(used))) {
    vi.stubGlobal(name, name === 'setTimeout' || available.includes(name) ? stub : undefined)
  }
  return used
}

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Queues three tasks, each of which starts microtasks, and returns the order of execution. */
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

describe('task', () => {
  it.each([
    { available: ['setImmediate', 'MessageChannel', 'document'], queue: 'setImmediate' },
    { available: ['MessageChannel', 'document'], queue: 'MessageChannel' },
    { available: ['MessageChannel', 'importScripts'], queue: 'MessageChannel' },
    { available: ['MessageChannel'], queue: 'setTimeout' },
    { available: [], queue: 'setTimeout' },
  ])(
    'is queued with $queue if the runtime has $available, in order, with all microtasks between',
    async ({ available, queue }) => {
      const used = stubRuntime(available)
      expect(await threeTasks()).toEqual([
        'now',
        ...[1, 2, 3].flatMap((task) => [`task ${task}`, `microtasks of ${task}`]),
      ])
      // One channel serves all tasks.
      expect(used).toEqual(queue === 'MessageChannel' ? [] : [queue, queue, queue])
    },
  )

  it('uses the method available when chosen', async () => {
    const first = stubRuntime(['setImmediate'])
    await threeTasks()
    const second = stubRuntime([])
    await threeTasks()
    expect([new Set(first), new Set(second)]).toEqual([new Set(['setImmediate']), new Set(['setTimeout'])])
  })
})
