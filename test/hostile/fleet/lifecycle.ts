/** What the fleet's process is told, and what it tells. */

import type { EventSourceInit } from '../../../dist/index.js'

export interface Orders {
  url: string
  /** How many sources. */
  size: number
  /** What can be said in JSON. */
  options: Pick<EventSourceInit, 'reconnectionTime'> & { reconnect?: { jitter: number } }
}

/** Of one source; times in ms since 1970. */
export interface Lifecycle {
  /** When each attempt began. */
  attempts: number[]
  /** When each connection was lost or refused, and how long to wait then, in ms; -1 where nothing follows. */
  failures: { time: number; wait: number }[]
  /** When its first message on each connection came. */
  connections: number[]
}

/** What it went through from then on, and when after that. */
export function after(start: number, { attempts, failures, connections }: Lifecycle): Lifecycle {
  const shift = (times: number[]): number[] => times.filter((time) => time >= start).map((time) => time - start)
  return {
    attempts: shift(attempts),
    failures: failures.filter(({ time }) => time >= start).map(({ time, wait }) => ({ time: time - start, wait })),
    connections: shift(connections),
  }
}
