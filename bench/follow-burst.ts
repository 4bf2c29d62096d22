/** Follows a burst to its end, in any runtime. */

import type { Follow } from './contenders/contender.ts'
import { Checksum, END } from './fixture.ts'

/** Share of the stream that is warm-up. */
const WARM_UP = 0.2

export interface Followed {
  /** Results of `read` at the end of the warm-up and at the end. */
  started: number[]
  ended: number[]
  /** Number of messages between the two. */
  messages: number
  checksum: string
}

/** @param read reads clocks */
export function followBurst(follow: Follow, url: string, count: number, read: () => number[]): Promise<Followed> {
  return new Promise((resolve) => {
    const checksum = new Checksum()
    const warmUp = Math.floor(count * WARM_UP)
    let started: number[] = []
    const stop = follow(url, (data) => {
      if (checksum.count === warmUp) started = read()
      if (data !== END) {
        checksum.add(data)
        return
      }
      const ended = read()
      stop()
      resolve({ started, ended, messages: count - warmUp, checksum: String(checksum) })
    })
  })
}
