/** Measures percentiles of the time from the server's write to the listener. */

import { percentile } from '../bench.ts'
import type { Follow } from '../contenders/contender.ts'
import { END } from '../fixture.ts'
import type { Job } from '../job.ts'

/** Times in µs. */
export interface Latency {
  p50: number
  p99: number
  /** Number of messages received. */
  messages: number
}

/** Share of the stream that is warm-up, while Node still compiles. */
export const WARM_UP = 0.4

export function measure(follow: Follow, { url, count }: Job): Promise<Latency> {
  return new Promise((resolve) => {
    const latencies: number[] = []
    const stop = follow(url, (data) => {
      const now = Number(process.hrtime.bigint())
      if (data !== END) {
        latencies.push((now - Number(data)) / 1_000)
        return
      }
      stop()
      const sorted = latencies.slice(count * WARM_UP).sort((a, b) => a - b)
      resolve({ p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), messages: latencies.length })
    })
  })
}
