/** A `fetch` that never sends credentials to another origin. */

import { AttemptError } from '../connection/failure.ts'
import { followRedirects } from '../connection/redirect.ts'
import type { FetchLikeInit } from '../connection/request.ts'
import { forwardsCredentials } from '../platform/platform.ts'

/**
 * Follows redirects itself if the headers hold credentials that the runtime's `fetch` would send to another origin.
 */
export async function safeFetch(
  fetch: typeof globalThis.fetch,
  input: string | URL | Request,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const given: Pick<RequestInit, 'method' | 'redirect'> = isRequest(input) ? input : {}
  const { method = given.method ?? 'GET', redirect = given.redirect ?? 'follow', headers } = init
  if (!forwardsCredentials(headers) || redirect !== 'follow') return fetch(input, init)
  const manualInit = { ...init, method: method.toUpperCase(), redirect: 'manual' } as FetchLikeInit
  // Buffers the body, which can be read only once, because the target of a redirect may need it too.
  if (isRequest(input) && input.body && init.body === undefined) manualInit.body = await input.arrayBuffer()
  const url = isRequest(input) ? input.url : String(input)
  try {
    return (await followRedirects(fetch, [url, manualInit], 'follow')) as Response
  } catch (error) {
    throw error instanceof AttemptError ? new TypeError(`The event stream ${error.failure.message}`) : error
  }
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input
}
