/** What the facts about programs have in common. */

import type { LoggedRequest } from '../../../server/program.ts'
import { check, closeLimit, type Fact, type Stream } from '../../harness.ts'

/**
 * How soon the server sees the end of a connection that was closed in Chromium (156), in ms: what is aborted while its network
 * process is between two reads, as happens right after a chunk, it tries to read to the end first, for up to 5 s, whatever a
 * script does (net/http/http_response_body_drainer.cc).
 */
const SOON_IN_CHROMIUM = 5_500

/** Takes what a program shows. */
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

/** Checks that the connections which a program had end with it, which has just ended; returns the requests. */
export async function connectionsEnd(fact: Fact, served: Stream, requests: number): Promise<LoggedRequest[]> {
  const soon = fact.env.runtime.startsWith('chromium') ? SOON_IN_CHROMIUM : closeLimit(fact.env)
  await served.within(soon, { closed: requests })
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

/** A block whose data is JSON; its type is part of that too, as many APIs have it. */
export function typed(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`
}
