/** Requests of the drop-in, whose credentials must not go on to another origin. */

import { isCredential } from '../connection/headers.ts'
import { sendByHand } from '../connection/redirect.ts'
import type { FetchLikeInit } from '../connection/request.ts'
import { passesCredentialsOn } from '../platform/fetch.ts'

/**
 * What `fetch` brings. Where the runtime's `fetch` would follow a redirect to another origin with the credentials that are among
 * the headers, redirects are followed one by one; not those of a `Request`, whose body can be sent only once.
 */
export async function fetchWithCare(
  fetch: typeof globalThis.fetch,
  input: string | URL | Request,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const { method = 'GET', redirect = 'follow', headers } = init
  const isRequest = typeof input === 'object' && 'url' in input
  const needsCare = passesCredentialsOn() && Object.keys(headers).some(isCredential)
  if (!needsCare || isRequest || redirect !== 'follow') return fetch(input, init)
  const careful = { ...init, method: method.toUpperCase(), redirect: 'manual' } as FetchLikeInit
  const outcome = await sendByHand(fetch, [String(input), careful], 'follow')
  if ('response' in outcome) return outcome.response as Response
  throw new TypeError(`The event stream ${outcome.failure.what}`)
}
