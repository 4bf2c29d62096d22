/** Explains requests without a response, which browsers don't: the server is unreachable, or CORS blocks the response. */

import type { Finding } from '../../diagnosis/finding.ts'
import { commandFor, type Wanted } from './request.ts'
import { isReachable } from './routes.ts'

/** Whether the diagnosis can only guess. */
export function isUnexplained({ code }: Finding): boolean {
  return code === 'cors'
}

/** @param canForward whether the local server forwards requests */
export async function explain(wanted: Wanted, canForward: boolean): Promise<Finding> {
  const { origin } = wanted.url
  const reachable = await isReachable(wanted.url, wanted.method)
  if (reachable === false) {
    return {
      code: 'unreachable',
      level: 'error',
      seen: `No response from ${origin}.`,
      why: 'The server is not running, or it uses another port, or the address is wrong.',
      fix: 'Start the server, and compare the address with its output.',
    }
  }
  return {
    code: 'cors-blocked',
    level: 'error',
    seen: reachable
      ? `${origin} responds, but does not allow this page to read the response (CORS).`
      : `This page got no response from ${origin} that it may read.`,
    why: `${reachable ? '' : 'The server is not running, or it does not allow this page (CORS). '}Programs and the server’s own pages can read it.`,
    fix: canForward
      ? 'Choose “Forwarded” to read it without CORS, or make the server allow this page.'
      : 'To read it without CORS, run the command below, or make the server allow this page.',
    example: canForward ? `Access-Control-Allow-Origin: ${location.origin}` : commandFor(wanted),
  }
}
