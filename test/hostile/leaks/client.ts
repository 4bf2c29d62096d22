/** Runs scenarios in a separate process, and reports leftover objects and resources. Needs --expose-gc. */

import { setTimeout as delay } from 'node:timers/promises'
import { atOnce } from '../../at-once.ts'
import { Tracker } from './tracker.ts'
import { CYCLES } from './cycles.ts'
import { reconnect } from './reconnections.ts'
import type { Library, Orders, Remains } from './scenario.ts'
import { notifyArrival } from './stage-events.ts'
import { STAGES } from './stages.ts'

const { module, base, scenarios, cycles, windows, looks, limit } = JSON.parse(process.argv[2] ?? '') as Orders
const library = (await import(module)) as Library
const heap: number[] = []

/** Number of garbage collections per sample. Below this many freed bytes, a round is the last. */
const [MIN_ROUNDS, MAX_ROUNDS] = [2, 20]
const NEGLIGIBLE = 10_000

// Permanent allocations of the first connection, such as fetch itself, don't count.
await CYCLES['connect, message, close']?.cycle(new Tracker(library, base).stage)
process.on('message', (message) => {
  if (message !== 'continue') notifyArrival((message as { arrived: string }).arrived)
})
const before = process.getActiveResourcesInfo()

const trackers = Object.fromEntries(scenarios.map((name) => [name, new Tracker(library, base)]))
setTimeout(() => {
  const missing = Object.entries(trackers).filter(([, { finished }]) => finished < cycles)
  const texts = missing.map(([name, { finished }]) => `"${name}", ${finished} of ${cycles} finished`)
  process.send?.(`Still running after ${limit} ms: ${texts.join(', ')}`)
}, limit).unref()
const names = Object.entries(trackers)
// Few at once, so that none waits for its turn before it reaches its stage.
await atOnce(
  4,
  names.map(
    ([name, tracker]) =>
      () =>
        run(name, tracker),
  ),
)

// The parent counts the sockets first: garbage collection could free leaked ones.
await new Promise<void>((resolve) => {
  process.on('message', (message) => {
    if (message === 'continue') resolve()
  })
  process.send?.('done')
})
for (let look = 0; look < looks && !isClean(remains()); look++) await collect()
process.send?.(remains(), () => {
  process.exit()
})

async function run(name: string, tracker: Tracker): Promise<void> {
  const { stage } = tracker
  const each = Math.ceil(cycles / windows)
  const windowOver = async (): Promise<void> => {
    if (windows === 1) return
    heap.push(await collect())
  }
  if (name === 'reconnections') {
    const countedWindowOver = async (): Promise<void> => {
      await windowOver()
      tracker.finished += each
    }
    await reconnect(stage, { windows, each, windowOver: countedWindowOver })
    return
  }
  const scenario = CYCLES[name] ?? STAGES[name]
  if (!scenario) throw new Error(`Unknown scenario "${name}"`)
  const { atOnce: limit, cycle } = scenario
  for (let window = 0; window < windows; window++) {
    const tasks = Array.from({ length: each }, () => async () => {
      await cycle(stage)
      tracker.finished++
    })
    await atOnce(limit, tasks)
    await windowOver()
  }
}

/**
 * Collects garbage. Finalizers free more in later tasks, so it repeats until a round frees hardly anything.
 * Returns the smallest heap size, in bytes.
 */
async function collect(): Promise<number> {
  let least = Infinity
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await delay(20)
    gc?.()
    const { heapUsed } = process.memoryUsage()
    if (round >= MIN_ROUNDS && heapUsed > least - NEGLIGIBLE) return Math.min(least, heapUsed)
    least = Math.min(least, heapUsed)
  }
  return least
}

function remains(): Remains {
  const known = [...before]
  const resources = process.getActiveResourcesInfo().filter((kind) => {
    const index = known.indexOf(kind)
    if (index !== -1) known.splice(index, 1)
    return index === -1
  })
  return {
    heap,
    uncollected: counts((tracker) => tracker.uncollected),
    reached: counts((tracker) => tracker.reached),
    listeners: counts((tracker) => tracker.listeners),
    resources,
  }
}

function counts(of: (tracker: Tracker) => number): Record<string, number> {
  const all = Object.entries(trackers).map(([name, tracker]): [string, number] => [name, of(tracker)])
  return Object.fromEntries(all.filter(([, count]) => count > 0))
}

function isClean({ uncollected, listeners, resources }: Remains): boolean {
  return Object.keys({ ...uncollected, ...listeners }).length + resources.length === 0
}
