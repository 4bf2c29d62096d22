/** Shared by the facts about programs. */

import type { LoggedRequest } from '../../../server/program.ts'
import { check, closeLimit, type Fact, type Stream } from '../../harness.ts'

/**
 * How long the server may take to notice a connection closed by Chromium 156, in ms. If a response is aborted between two reads,
 * as right after a chunk, the network process first tries to read to the end for up to 5 s
 * (net/http/http_response_body_drainer.cc). Scripts cannot change that.
 */
const CLOSE_LIMIT_IN_CHROMIUM = 5_500

/** Collects the output of a program. */
export function screen(onShow: (text: string, shown: string[]) => void = () => undefined): {
  shown: string[]
  show: (text: string) => void
} {
  const shown: string[] = []
  return {
    shown,
    show: (text) => {
      shown.push(text)
      onShow(text, shown)
    },
  }
}

/** Checks that the connections of a finished program are closed; returns the requests. */
export async function connectionsEnd(fact: Fact, served: Stream, requests: number): Promise<LoggedRequest[]> {
  const limit = fact.env.runtime.startsWith('chromium') ? CLOSE_LIMIT_IN_CHROMIUM : closeLimit(fact.env)
  await served.within(limit, { closed: requests })
  const log = await served.log({ closed: requests })
  check(log.requests.length === requests, `the server saw ${log.requests.length} requests instead of ${requests}`)
  return log.requests
}

/** The value of a header in each request. */
export function header(name: string, requests: LoggedRequest[]): (string | undefined)[] {
  return requests.map(({ headers }) => headers[name])
}

/** The last event ID of each request. */
export function ids(requests: LoggedRequest[]): (string | undefined)[] {
  return requests.map(({ lastEventId }) => lastEventId)
}

/** An event with JSON data that repeats the event type, as in many APIs. */
export function typed(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
}
