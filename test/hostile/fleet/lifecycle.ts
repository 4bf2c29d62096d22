/** Messages to and from the fleet's process. */

import type { EventSourceInit } from '../../../dist/index.js'

export interface Orders {
  url: string
  /** Number of sources. */
  size: number
  /** Options that JSON can represent. */
  options: Pick<EventSourceInit, 'reconnectionTime'> & { reconnect?: { jitter: number } }
}

/** Events of one source; times in ms since 1970. */
export interface Lifecycle {
  /** Start of each attempt. */
  attempts: number[]
  /** Time of each lost or refused connection, and the wait in ms; -1 if it was permanent. */
  failures: { time: number; wait: number }[]
  /** Time of the first message on each connection. */
  connections: number[]
}

/** Events from a start time on, relative to it. */
export function after(start: number, { attempts, failures, connections }: Lifecycle): Lifecycle {
  const shift = (times: number[]): number[] => times.filter((time) => time >= start).map((time) => time - start)
  return {
    attempts: shift(attempts),
    failures: failures.filter(({ time }) => time >= start).map(({ time, wait }) => ({ time: time - start, wait })),
    connections: shift(connections),
  }
}
