/** A source with given responses, and its events. */

import {
  ErrorEvent,
  type EventSource,
  type EventSourceInit,
  type FetchLike,
  type FetchLikeInit,
} from '../../../src/index.ts'
import { closingResponse, openResponse, STUB_URL, open, response } from './sources.ts'

export type Answer = () => Response | Promise<Response>

export const pending: Answer = () => new Promise(() => undefined)
export const down: Answer = () => Promise.reject(new Error('down'))
export const good: Answer = () => openResponse()
export const ended: Answer = () => closingResponse('data: 1\n\n')

export function refused(status: number, headers: Record<string, string> = {}): Answer {
  return () => response('{"error":"no"}', { status, headers })
}

export interface Watched {
  source: EventSource
  /** Inits of the requests so far. */
  requests: FetchLikeInit[]
  /** Types of the events so far, or the data of messages. */
  events: string[]
  errors: ErrorEvent[]
}

/** Opens a source with these responses, the last of which repeats. */
export function watch(answers: Answer[], options: EventSourceInit = {}): Watched {
  const requests: FetchLikeInit[] = []
  const fetch: FetchLike = async (_, init) => {
    requests.push(init)
    return (answers[Math.min(requests.length, answers.length) - 1] ?? pending)()
  }
  const source = open(STUB_URL, { fetch, ...options })
  const events: string[] = []
  const errors: ErrorEvent[] = []
  source.addEventListener('open', () => events.push('open'))
  source.addEventListener('message', (event) => events.push(event.data))
  source.addEventListener('error', (event) => {
    events.push('error')
    if (event instanceof ErrorEvent) errors.push(event)
  })
  return { source, requests, events, errors }
}
