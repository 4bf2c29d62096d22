/** Opens sources for the tour, prints their states and events, and waits for them. */

import { EventSource, type ConnectionError, type EventSourceInit } from 'everysource'
import type { Terminal } from './terminal.ts'

const STATES = ['CONNECTING', 'OPEN', 'CLOSED'] as const

/** A source and its output. */
export interface Visit {
  /** Without the query. */
  path: string
  source: EventSource
  terminal: Terminal
}

/** Opens a source and prints its states. */
export function visit(base: string, target: string, terminal: Terminal, options?: EventSourceInit): Visit {
  const url = new URL(target, base)
  const path = url.pathname
  const source = new EventSource(url, options)
  terminal.line(path, 'CONNECTING', `to ${source.url}`)
  source.addEventListener('open', () => {
    terminal.line(path, 'OPEN')
  })
  source.addEventListener('error', (event) => {
    if ('data' in event) {
      terminal.line(path, 'error', `the server reports: ${event.data}`)
      return
    }
    const { message, delay } = event
    terminal.line(path, 'error', message)
    terminal.line(
      path,
      STATES[source.readyState],
      delay === undefined ? 'not reconnecting' : `reconnecting in ${Math.round(delay)} ms`,
    )
  })
  return { path, source, terminal }
}

/** Prints each event of a type. */
export function show({ path, source, terminal }: Visit, type: string): void {
  source.addEventListener(type, ({ data, lastEventId }) => {
    terminal.line(path, type, lastEventId === '' ? data : `${data} (id ${lastEventId})`)
  })
}

/** Resolves at the nth event of a type; rejects if the source fails. */
export function arrival({ source }: Visit, type: string, count = 1): Promise<void> {
  return new Promise((resolve, reject) => {
    let arrived = 0
    source.addEventListener(type, () => {
      if (++arrived === count) resolve()
    })
    source.addEventListener('error', (event) => {
      if ('data' in event) reject(new Error(event.data))
      else if (!event.willReconnect) reject(event.error)
    })
  })
}

/** Resolves with the error when the source fails. */
export function failure({ source }: Visit): Promise<ConnectionError> {
  return new Promise((resolve) => {
    source.addEventListener('error', ({ error, willReconnect }) => {
      if (error && !willReconnect) resolve(error)
    })
  })
}

/** Prints the state of the source. */
export function showState({ path, source, terminal }: Visit, remark: string): void {
  terminal.line(path, STATES[source.readyState], remark)
}

export function close(visit: Visit, remark = 'by the client'): void {
  visit.source.close()
  showState(visit, remark)
}

/** Prints events of these types until `count` of the last type have arrived, then closes the source. */
export async function follow(
  base: string,
  path: string,
  terminal: Terminal,
  types: string[],
  count = 1,
): Promise<Visit> {
  const visitor = visit(base, path, terminal)
  for (const type of types) show(visitor, type)
  await arrival(visitor, types.at(-1) ?? 'message', count)
  close(visitor)
  return visitor
}
