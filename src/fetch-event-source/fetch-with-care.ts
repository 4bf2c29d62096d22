/** Requests of the drop-in, whose credentials must not go on to another origin. */

import { followRedirects } from '../connection/redirect.ts'
import type { FetchLikeInit } from '../connection/request.ts'
import { passesCredentialsOn } from '../platform/platform.ts'

/**
 * What `fetch` brings. Where the runtime's `fetch` would follow a redirect to another origin with the credentials that are among
 * the headers, redirects are followed one by one.
 */
export async function fetchWithCare(
  fetch: typeof globalThis.fetch,
  input: string | URL | Request,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const given: Pick<RequestInit, 'method' | 'redirect'> = isRequest(input) ? input : {}
  const { method = given.method ?? 'GET', redirect = given.redirect ?? 'follow', headers } = init
  const needsCare = passesCredentialsOn(headers)
  if (!needsCare || redirect !== 'follow') return fetch(input, init)
  const careful = { ...init, method: method.toUpperCase(), redirect: 'manual' } as FetchLikeInit
  // Its body can be read only once, and the target of a redirect may want it too.
  if (isRequest(input) && input.body && init.body === undefined) careful.body = await input.arrayBuffer()
  const url = isRequest(input) ? input.url : String(input)
  return followRedirects(fetch, [url, careful], 'follow') as Promise<Response>
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'url' in input
}
