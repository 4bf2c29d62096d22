/** Shared sources for one test, and a server that the test controls. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { ErrorEvent } from '../../../src/index.ts'
import { SharedEventSource, type SharedEventSourceInit } from '../../../src/shared.ts'
import { serve, startStream } from '../support/server.ts'
import { until } from '../support/sources.ts'

export interface StreamServer {
  url: string
  requests: IncomingMessage[]
  /** `Last-Event-ID` of each request. */
  readonly ids: (string | undefined)[]
  /** How many connections are open. */
  readonly connections: number
  /** Writes to the last response. */
  write(text: string): void
  /** Ends the last response. */
  drop(): void
}

/** Answers a request. `attempt` starts at 1. */
export type Answer = (response: ServerResponse, attempt: number, request: IncomingMessage) => void

/** Serves an event stream that stays open. */
export async function serveStream(answer: Answer = (response) => void startStream(response)): Promise<StreamServer> {
  const requests: IncomingMessage[] = []
  const open = new Set<ServerResponse>()
  let last: ServerResponse | undefined
  const origin = await serve((request, response) => {
    last = response
    open.add(response)
    response.on('close', () => open.delete(response))
    answer(response, requests.push(request), request)
  })
  return {
    url: `${origin}/events`,
    requests,
    get ids() {
      return requests.map(({ headers }) => headers['last-event-id'] as string | undefined)
    },
    get connections() {
      return open.size
    },
    write: (text) => last?.write(text),
    drop: () => last?.end(),
  }
}

export interface Joined {
  source: SharedEventSource
  /** `open`, `error`, or the data of a message. */
  events: string[]
  /** `readyState` at each event. */
  states: number[]
  errors: ErrorEvent[]
}

/** Opens a source that is closed after the test. */
export function share(url: string, options?: SharedEventSourceInit): Joined {
  const source = new SharedEventSource(url, options)
  onTestFinished(() => {
    source.close()
  })
  const joined: Joined = { source, events: [], states: [], errors: [] }
  const note = (event: string): void => {
    joined.events.push(event)
    joined.states.push(source.readyState)
  }
  source.addEventListener('open', () => {
    note('open')
  })
  source.addEventListener('message', ({ data }) => {
    note(data)
  })
  source.addEventListener('error', (event) => {
    note('error')
    if (event instanceof ErrorEvent) joined.errors.push(event)
  })
  return joined
}

/** Opens a source and waits until it is open. */
export async function shareOpen(url: string, options?: SharedEventSourceInit): Promise<Joined> {
  const joined = share(url, options)
  await until(() => joined.source.readyState === SharedEventSource.OPEN)
  return joined
}

/** Opens a leader and a follower. */
export async function sharePair(url: string, options?: SharedEventSourceInit): Promise<[Joined, Joined]> {
  return [await shareOpen(url, options), await shareOpen(url, options)]
}

/** Opens a leader and two followers. */
export async function shareTrio(url: string, options?: SharedEventSourceInit): Promise<[Joined, Joined, Joined]> {
  return [...(await sharePair(url, options)), await shareOpen(url, options)]
}

/** Waits until each has had an event. */
export async function untilAll(joined: Joined[], event: string): Promise<void> {
  await until(() => joined.every(({ events }) => events.includes(event)))
}

/** Collects uncaught errors instead of failing the test. */
export function uncaughtErrors(): unknown[] {
  const errors: unknown[] = []
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const note = (error: unknown): void => {
    errors.push(error)
  }
  process.on('uncaughtException', note)
  onTestFinished(() => {
    process.off('uncaughtException', note)
    for (const other of others) process.on('uncaughtException', other)
  })
  return errors
}

/** The names of the locks that sources of this process with this URL hold. */
export async function keysOf(url: string): Promise<string[]> {
  const { held = [] } = await navigator.locks.query()
  return held.map(({ name = '' }) => name).filter((name) => name.includes(url))
}
