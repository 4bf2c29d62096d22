/** `fetch` for the drop-in, which never sends credentials on to another origin. */

import { AttemptError } from '../connection/failure.ts'
import { followRedirects } from '../connection/redirect.ts'
import type { FetchLikeInit } from '../connection/request.ts'
import { forwardsCredentials } from '../platform/platform.ts'

/**
 * Follows redirects one by one if the headers hold credentials and the runtime's `fetch` would send them on to another origin.
 */
export async function fetchWithCare(
  fetch: typeof globalThis.fetch,
  input: string | URL | Request,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const given: Pick<RequestInit, 'method' | 'redirect'> = isRequest(input) ? input : {}
  const { method = given.method ?? 'GET', redirect = given.redirect ?? 'follow', headers } = init
  const needsCare = forwardsCredentials(headers)
  if (!needsCare || redirect !== 'follow') return fetch(input, init)
  const careful = { ...init, method: method.toUpperCase(), redirect: 'manual' } as FetchLikeInit
  // Its body can be read only once, and the target of a redirect may need it too.
  if (isRequest(input) && input.body && init.body === undefined) careful.body = await input.arrayBuffer()
  const url = isRequest(input) ? input.url : String(input)
  try {
    return (await followRedirects(fetch, [url, careful], 'follow')) as Response
  } catch (error) {
    throw error instanceof AttemptError ? new TypeError(`The event stream ${error.failure.message}`) : error
  }
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input
}
