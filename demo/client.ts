/** What the tour does with a source: shows its states and events, waits for them, leaves. */

import { EventSource, type ConnectionError, type EventSourceInit } from 'everysource'
import type { Terminal } from './terminal.ts'

const STATES = ['CONNECTING', 'OPEN', 'CLOSED'] as const

/** One visit to a stream. */
export interface Visit {
  /** Without the query. */
  path: string
  source: EventSource
  terminal: Terminal
}

/** Opens a source and shows each state it goes through. */
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
      delay === undefined ? 'for good' : `again, in ${Math.round(delay)} ms`,
    )
  })
  return { path, source, terminal }
}

/** Shows each event of a type. */
export function show({ path, source, terminal }: Visit, type: string): void {
  source.addEventListener(type, ({ data, lastEventId }) => {
    terminal.line(path, type, lastEventId === '' ? data : `${data} (id ${lastEventId})`)
  })
}

/** Resolves at the event that brings the count of its type to `count`; rejects when the source has failed. */
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

/** Resolves with the error when the source has failed. */
export function failure({ source }: Visit): Promise<ConnectionError> {
  return new Promise((resolve) => {
    source.addEventListener('error', ({ error, willReconnect }) => {
      if (error && !willReconnect) resolve(error)
    })
  })
}

/** Shows the state that the source is in. */
export function showState({ path, source, terminal }: Visit, remark: string): void {
  terminal.line(path, STATES[source.readyState], remark)
}

export function leave(visit: Visit, remark = 'by the client'): void {
  visit.source.close()
  showState(visit, remark)
}

/** A whole visit: shows events of some types until so many of the last of these types have come. */
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
  leave(visitor)
  return visitor
}
