/** Measures the time until each of many connections has received a message. */

import type { Follow } from '../contenders/contender.ts'
import type { Job } from '../job.ts'
import type { Cost } from './large.ts'
import { open } from './memory.ts'

export async function measure(follow: Follow, { url, count }: Job): Promise<Cost> {
  await open(follow, url, 1)
  const started = performance.now()
  const cpu = process.cpuUsage()
  await open(follow, url, count)
  const { user, system } = process.cpuUsage(cpu)
  return { wall: performance.now() - started, cpu: (user + system) / 1_000 }
}
