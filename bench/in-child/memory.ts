/** Measures the memory that open idle connections add to a warmed-up process. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Follow } from '../contenders/contender.ts'
import type { Job } from '../job.ts'

/** Bytes per connection. */
export interface Memory {
  heap: number
  resident: number
}

/** Share of the connections opened first as warm-up, while Node compiles. */
const WARM_UP = 0.2

export async function measure(follow: Follow, { url, count }: Job): Promise<Memory> {
  await open(follow, url, count * WARM_UP)
  const before = await settled()
  await open(follow, url, count)
  const after = await settled()
  return { heap: (after.heapUsed - before.heapUsed) / count, resident: (after.rss - before.rss) / count }
}

/** Opens connections, and waits until each has received its message. */
export async function open(follow: Follow, url: string, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let left = count
    const onMessage = (): void => {
      if (--left === 0) resolve()
    }
    for (let i = 0; i < count; i++) follow(url, onMessage)
  })
}

/** Memory after garbage collection, repeated because finalizers free more later. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 3; turn++) {
    await wait(50)
    globalThis.gc?.()
  }
  return process.memoryUsage()
}
