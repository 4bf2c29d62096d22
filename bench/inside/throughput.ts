/** CPU time per message, from the end of the warm-up to the last message. Runs in a process of its own. */

import type { Follow } from '../contenders/contender.ts'
import { Checksum, END } from '../fixture.ts'
import type { Job } from '../job.ts'

export interface Throughput {
  /** In µs, of all threads of the process. */
  cpuPerMessage: number
  /** Wall time, in µs. */
  wallPerMessage: number
  /** How often the process waited, per message: 1 where each chunk is read by itself. */
  waitsPerMessage: number
  checksum: string
}

/** How much of the stream comes before what is measured. */
const WARM_UP = 0.1

export function measure(follow: Follow, { url, count }: Job): Promise<Throughput> {
  return new Promise((resolve) => {
    const checksum = new Checksum()
    const warmUp = Math.floor(count * WARM_UP)
    let started = reading()
    const stop = follow(url, (data) => {
      if (checksum.count === warmUp) started = reading()
      if (data !== END) {
        checksum.add(data)
        return
      }
      const ended = reading()
      stop()
      const per = (key: keyof typeof ended): number => (ended[key] - started[key]) / (count - warmUp)
      resolve({
        cpuPerMessage: per('cpu'),
        wallPerMessage: per('wall'),
        waitsPerMessage: per('waits'),
        checksum: String(checksum),
      })
    })
  })
}

function reading(): { cpu: number; wall: number; waits: number } {
  const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage()
  return { cpu: userCPUTime + systemCPUTime, wall: performance.now() * 1_000, waits: voluntaryContextSwitches }
}
