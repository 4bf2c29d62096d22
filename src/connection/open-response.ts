/** From a response to a stream that can be read, if it is a good one. */

import type { Opening } from './exchange.ts'
import { readRefusedBody } from './refused-body.ts'
import type { FetchLikeResponse } from './request.ts'
import { bodyOf, discard, finalURL, refuse } from './response.ts'

/**
 * Takes the body of a good response, before anybody who hears of the response can, and reads what a refused one says. Does not
 * reject: a caller's fetch may return anything.
 *
 * @param requested its URL where it does not tell
 * @param request what to abort where the body will not be read
 */
export async function openResponse(
  response: FetchLikeResponse,
  requested: URL,
  request: AbortController,
): Promise<Opening> {
  try {
    const refusal = refuse(response)
    if (!refusal) {
      return { response, origin: shared(finalURL(response, requested).origin), reader: bodyOf(response)?.getReader() }
    }
    if (refusal.status !== undefined) {
      refusal.body = await readRefusedBody(response, request)
    } else {
      request.abort()
      void discard(response)
    }
    return { failure: refusal }
  } catch (cause) {
    request.abort()
    return {
      failure: {
        reason: 'unsupported',
        what: 'cannot be read: what "fetch" returned does not work as a Response',
        cause,
      },
    }
  }
}

let lastOrigin = ''

/** One text for all connections to a server, of which there may be thousands. */
function shared(origin: string): string {
  if (origin !== lastOrigin) lastOrigin = origin
  return lastOrigin
}
