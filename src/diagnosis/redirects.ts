/** Recognizes redirect loops. */

import type { Finding } from './finding.ts'
import type { Observation } from './observation.ts'

/** The code of a request whose redirects `fetch` gave up following. */
export const TOO_MANY_REDIRECTS = 'TOO_MANY_REDIRECTS'

/** The limit of `fetch`. An observer keeps as many requests. */
const MAX_REDIRECTS = 20

/** Whether the last request was redirected too many times. */
export function isRedirectLoop(observations: readonly Observation[]): boolean {
  if (observations.at(-1)?.end?.code === TOO_MANY_REDIRECTS) return true
  // With credentials, the client follows redirects one by one.
  return (
    observations.length >= MAX_REDIRECTS &&
    observations.every(({ head }) => head !== undefined && head.status >= 300 && head.status < 400)
  )
}

export function redirectLoop({ url }: Observation): Finding {
  return {
    code: 'redirect-loop',
    level: 'error',
    seen: `${new URL(url).host} redirects in a loop.`,
    why: `Each redirect leads to another one, and fetch follows no more than ${MAX_REDIRECTS}. Often two rules undo each other, such as those of a server and a proxy for https or a trailing slash.`,
    fix: 'Check the redirects of the server and of any proxy in front of it.',
  }
}
