/** Measures the heap of a process over very many messages. */

import type { Follow } from '../contenders/contender.ts'
import { Checksum, END } from '../fixture.ts'
import type { Job } from '../job.ts'

export interface LongRun {
  /** Heap sizes in bytes, after garbage collection. */
  heaps: number[]
  /** CPU time of all threads, including garbage collection for the readings, in µs. */
  cpuPerMessage: number
  checksum: string
}

export const READINGS = 20

export function measure(follow: Follow, { url, count }: Job): Promise<LongRun> {
  return new Promise((resolve) => {
    const checksum = new Checksum()
    const heaps: number[] = []
    const cpu = process.cpuUsage()
    const stop = follow(url, (data) => {
      if (data !== END) {
        checksum.add(data)
        if (checksum.count % (count / READINGS) !== 0) return
        globalThis.gc?.()
        heaps.push(process.memoryUsage().heapUsed)
        return
      }
      const { user, system } = process.cpuUsage(cpu)
      stop()
      resolve({ heaps, cpuPerMessage: (user + system) / count, checksum: String(checksum) })
    })
  })
}
