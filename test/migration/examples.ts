/** The output of the programs in the pages, before and after, and the servers they connect to. */

import type { ServerResponse } from 'node:http'
import { ended, inTurn, stream } from './answers.ts'
import type { Difference, Request } from './scenario.ts'

export interface Example {
  what: string
  answer: Difference<never>['answer']
  /** The output of both, or of each if the page says that it differs. */
  prints: string[] | { before: string[]; after: string[] }
  requests: number
}

/** Where a program can run. */
type Place = 'node' | 'chromium'

interface Examples {
  places: Place[]
  examples: Example[]
}

/** The parts of a request that must be the same with both packages. */
export function comparable({ method, url, body, headers }: Request): object {
  return {
    method,
    url,
    body,
    headers: Object.fromEntries(
      ['authorization', 'last-event-id', 'content-type'].map((name) => [name, headers[name]]),
    ),
  }
}

function refuse(status: number, text: string): (response: ServerResponse) => void {
  return (response) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text)
}

/** By package name. */
export const EXAMPLES: Record<string, Examples> = {
  'sse.js': {
    places: ['chromium'],
    examples: [
      {
        what: 'prints the tokens, and closes at [DONE]',
        answer: stream('data: {"token":"Hel"}\n\ndata: {"token":"lo"}\n\ndata: [DONE]\n\n'),
        prints: ['open 200', 'Hel', 'lo'],
        requests: 1,
      },
      {
        what: 'prints why it was refused',
        answer: refuse(401, 'wrong key'),
        prints: { before: ['open 401', 'error 401 wrong key'], after: ['error 401 wrong key'] },
        requests: 1,
      },
    ],
  },
  'event-source-polyfill': {
    places: ['node', 'chromium'],
    examples: [
      {
        what: 'resumes after a reconnection',
        answer: inTurn(
          ended('retry: 10\nid: 1\ndata: one\n\n'),
          stream('id: 2\ndata: two\n\nevent: end\ndata: of it\n\n'),
        ),
        prints: ['open 200', '1 one', 'open 200', '2 two', 'end of it'],
        requests: 2,
      },
      {
        what: 'prints that it was refused',
        answer: refuse(403, 'not for you'),
        prints: ['refused 403'],
        requests: 1,
      },
    ],
  },
  'eventsource-client': {
    places: ['node'],
    examples: [
      {
        what: 'resumes after a reconnection, and closes when the job has finished',
        answer: inTurn(ended('retry: 10\nid: 42\ndata: half\n\n'), stream('event: finished\nid: 43\ndata: all\n\n')),
        prints: ['message 42 half', 'lost', 'finished 43 all'],
        requests: 2,
      },
    ],
  },
  'launchdarkly-eventsource': {
    places: ['node'],
    examples: [
      {
        what: 'connects when the server is no longer busy',
        answer: (response, n) => {
          if (n === 1) {
            refuse(503, 'busy')(response)
            return
          }
          response.setHeader('X-Region', 'eu')
          stream('event: put\ndata: all\n\nevent: patch\nid: 7\ndata: one\n\n')(response)
        },
        prints: ['error 503', 'retrying', 'open eu', 'put all', 'patch 7 one'],
        requests: 2,
      },
      {
        what: 'stops when it is refused permanently',
        answer: refuse(401, 'wrong key'),
        prints: ['error 401'],
        requests: 1,
      },
    ],
  },
}
