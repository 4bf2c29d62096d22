/** A process that may leak: runs scenarios, and says what is left of them. Needs --expose-gc. */

import { setTimeout as delay } from 'node:timers/promises'
import { atOnce } from '../../at-once.ts'
import { Book } from './book.ts'
import { CYCLES } from './cycles.ts'
import { reconnect } from './reconnections.ts'
import type { Library, Orders, Remains } from './scenario.ts'
import { STAGES } from './stages.ts'

const { module, base, scenarios, cycles, windows, patience } = JSON.parse(process.argv[2] ?? '') as Orders
const library = (await import(module)) as Library
const heap: number[] = []

// What the first connection takes for good, such as fetch itself, does not count.
await CYCLES['connect, message, close']?.cycle(new Book(library, base).stage)
const before = process.getActiveResourcesInfo()

const books = Object.fromEntries(scenarios.map((name) => [name, new Book(library, base)]))
await Promise.all(Object.entries(books).map(([name, book]) => run(name, book)))

// The sockets are looked at first, from outside: a collection may free those that are held on to.
await new Promise((resolve) => {
  process.once('message', resolve)
  process.send?.('done')
})
for (const end = performance.now() + patience; performance.now() < end && !isClean(remains());) await collect()
process.send?.(remains(), () => {
  process.exit()
})

async function run(name: string, { stage }: Book): Promise<void> {
  const each = Math.ceil(cycles / windows)
  const windowOver = async (): Promise<void> => {
    if (windows === 1) return
    await collect()
    heap.push(process.memoryUsage().heapUsed)
  }
  if (name === 'reconnections') {
    await reconnect(stage, { windows, each, windowOver })
    return
  }
  const scenario = CYCLES[name] ?? STAGES[name]
  if (!scenario) throw new Error(`There is no scenario "${name}"`)
  const { atOnce: limit, cycle } = scenario
  for (let window = 0; window < windows; window++) {
    const tasks = Array.from({ length: each }, () => () => cycle(stage))
    await atOnce(limit, tasks)
    await windowOver()
  }
}

/** Garbage; what it lets go of may let go of more, in tasks of its own. */
async function collect(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await delay(20)
    gc?.()
  }
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
    uncollected: counts((book) => book.uncollected),
    listeners: counts((book) => book.listeners),
    resources,
  }
}

function counts(of: (book: Book) => number): Record<string, number> {
  const all = Object.entries(books).map(([name, book]): [string, number] => [name, of(book)])
  return Object.fromEntries(all.filter(([, count]) => count > 0))
}

function isClean({ uncollected, listeners, resources }: Remains): boolean {
  return Object.keys({ ...uncollected, ...listeners }).length + resources.length === 0
}
