/** Measures CPU time per message, from the end of the warm-up to the last message. */

import type { Follow } from '../contenders/contender.ts'
import { followBurst } from '../follow-burst.ts'
import type { Job } from '../job.ts'

/** Times in µs. */
export interface Throughput {
  /** CPU time of all threads. */
  cpuPerMessage: number
  wallPerMessage: number
  /** Number of times the process waited per message: 1 if each message was read separately. */
  waitsPerMessage: number
  checksum: string
}

export async function measure(follow: Follow, { url, count }: Job): Promise<Throughput> {
  const { started, ended, messages, checksum } = await followBurst(follow, url, count, read)
  const [cpuPerMessage = NaN, wallPerMessage = NaN, waitsPerMessage = NaN] = ended.map(
    (value, index) => (value - (started[index] ?? NaN)) / messages,
  )
  return { cpuPerMessage, wallPerMessage, waitsPerMessage, checksum }
}

function read(): number[] {
  const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage()
  return [userCPUTime + systemCPUTime, performance.now() * 1_000, voluntaryContextSwitches]
}
