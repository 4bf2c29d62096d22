/** The heap of a process that gets very many messages, after each twentieth of them. */

import type { Follow } from '../contenders/contender.ts'
import { Checksum, END } from '../fixture.ts'
import type { Job } from '../job.ts'

export interface LongRun {
  /** In bytes, each after its garbage is gone. */
  heaps: number[]
  /** Of all threads, garbage collection at the readings included, in µs. */
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
