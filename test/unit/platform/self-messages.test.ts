/** Queueing tasks with postMessage: in a page, which runs microtasks between listeners, and in Node, which doesn't. */

import { setFlagsFromString } from 'node:v8'
import { setTimeout as nextTask } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

type Listener = (event: Event) => void

let messages: number
let clock: number
/** Stands for `window.event` in a task. */
let current: Event | undefined

/** A port like in browsers, which calls each listener with an empty stack. */
class BrowserChannel {
  readonly #listeners: Listener[] = []
  readonly port1 = {
    addEventListener: (_: string, listener: Listener) => this.#listeners.push(listener),
    start: () => undefined,
  }
  readonly port2 = {
    postMessage: () => {
      messages++
      setImmediate(() => {
        let isStopped = false
        const event = Object.create({ stopImmediatePropagation: () => (isStopped = true) }) as Event
        current = event
        const callNext = (place: number): void => {
          if (isStopped || place === this.#listeners.length) return
          this.#listeners[place]?.(event)
          setImmediate(callNext, place + 1)
        }
        callNext(0)
      })
    },
  }
}

class NodeChannel extends MessageChannel {
  constructor() {
    super()
    const post = this.port2.postMessage.bind(this.port2)
    this.port2.postMessage = (message: unknown) => {
      messages++
      post(message)
    }
  }
}

let copies = 0

/** A fresh copy of the module with its own channel. */
async function freshModule(): Promise<typeof import('../../../src/platform/self-messages.ts')> {
  const url = new URL(`../../../src/platform/self-messages.ts?${++copies}`, import.meta.url).href
  return (await import(url)) as typeof import('../../../src/platform/self-messages.ts')
}

async function fresh(): Promise<(task: () => void) => void> {
  return (await freshModule()).postToSelf
}

beforeEach(() => {
  messages = 0
  clock = 0
  vi.stubGlobal('performance', { now: () => clock })
})

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Queues this many tasks at once, each of which starts microtasks, and returns the order of execution. */
async function run(
  postToSelf: (task: () => void) => void,
  count: number,
  task = (): void => undefined,
): Promise<string[]> {
  const log: string[] = []
  await new Promise<void>((done) => {
    for (let number = 1; number <= count; number++) {
      postToSelf(() => {
        task()
        log.push(`task ${number}`)
        void microtasks().then(() => {
          log.push(`microtasks of ${number}`)
          if (number === count) done()
        })
      })
    }
    log.push('now')
  })
  return log
}

async function microtasks(): Promise<void> {
  for (let depth = 0; depth < 50; depth++) await Promise.resolve()
}

/** Waits for a condition that holds only after a garbage collection. */
async function collected(holds: () => boolean): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // A dereferenced WeakRef keeps its target alive until the next task.
  do {
    await nextTask()
    collect()
  } while (!holds())
}

function inOrder(count: number): string[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  return ['now', ...numbers.flatMap((number) => [`task ${number}`, `microtasks of ${number}`])]
}

describe('postToSelf', () => {
  it("is not used with Node's MessageChannel, whose ports keep the process alive", async () => {
    expect((await freshModule()).choosePostToSelf()).toBeUndefined()
  })

  it.each([
    ['missing', undefined],
    ['an empty object', {}],
    ['a class that throws', () => { throw new Error('a stub') }], // prettier-ignore
  ])('is not used if MessageChannel is %s', async (_, stub) => {
    vi.stubGlobal('MessageChannel', stub)
    expect((await freshModule()).choosePostToSelf()).toBeUndefined()
  })

  it('is used with ports like in browsers', async () => {
    vi.stubGlobal('MessageChannel', BrowserChannel)
    const { choosePostToSelf, postToSelf } = await freshModule()
    expect(choosePostToSelf()).toBe(postToSelf)
  })

  it('runs tasks in order with all microtasks between, 64 per message once there are as many listeners', async () => {
    vi.stubGlobal('MessageChannel', BrowserChannel)
    expect(await run(await fresh(), 200)).toEqual(inOrder(200))
    // At the first message, there are two listeners.
    expect(messages).toBe(5)
  })

  it("runs one task per message if microtasks don't run between listeners", async () => {
    vi.stubGlobal('MessageChannel', NodeChannel)
    const postToSelf = await fresh()
    expect(await run(postToSelf, 1)).toEqual(inOrder(1))
    expect(await run(postToSelf, 200)).toEqual(inOrder(200))
    expect(messages).toBeGreaterThanOrEqual(200)
  })

  it('continues with another message after five milliseconds', async () => {
    vi.stubGlobal('MessageChannel', BrowserChannel)
    const takesTwo = (): void => void (clock += 2)
    expect(await run(await fresh(), 29, takesTwo)).toEqual(inOrder(29))
    // Three with each; two with the first.
    expect(messages).toBe(10)
  })

  it('allows tasks to queue tasks', async () => {
    vi.stubGlobal('MessageChannel', BrowserChannel)
    const postToSelf = await fresh()
    const depth = await new Promise((resolve) => {
      const descend = (depth: number): void => {
        postToSelf(() => {
          if (depth === 300) resolve(depth)
          else descend(depth + 1)
        })
      }
      descend(1)
    })
    expect(depth).toBe(300)
  })

  it('runs all tasks even if one stops the propagation of their event', async () => {
    vi.stubGlobal('MessageChannel', BrowserChannel)
    const stop = (): void => current?.stopImmediatePropagation()
    expect(await run(await fresh(), 100, stop)).toEqual(inOrder(100))
  })

  it('releases tasks after they have run, even if another one always waits', async () => {
    vi.stubGlobal('MessageChannel', BrowserChannel)
    const postToSelf = await fresh()
    const tasks: WeakRef<() => void>[] = []
    await new Promise<void>((done) => {
      const go = (): void => {
        const task = (): void => {
          if (tasks.length < 3_000) go()
          else done()
        }
        tasks.push(new WeakRef(task))
        postToSelf(task)
      }
      go()
      go()
    })
    await collected(() => tasks.filter((task) => task.deref()).length < 1_100)
  })
})
