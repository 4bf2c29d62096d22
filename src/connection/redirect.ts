/** Follows redirects one by one, when `fetch` must not follow them itself. (Fetch standard, 4.4, "HTTP-redirect fetch") */

import { AttemptError } from './failure.ts'
import { isCredential } from '../platform/platform.ts'
import { isBodyHeader, withoutHeaders } from './headers.ts'
import { isStream } from './request-body.ts'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from './request.ts'
import { cancelBody, finalURL, isResponse } from './response.ts'
import { isHTTP, displayURL } from './url.ts'

const REDIRECTS = [301, 302, 303, 307, 308]
/** fetch's own limit. */
const MAX_REDIRECTS = 20

/** The option `redirect`. */
type Allowed = 'follow' | 'error' | 'same-origin'

type Request = [url: string, init: FetchLikeInit]

/**
 * Sends a request with `redirect: 'manual'` and follows the redirects that the option allows.
 *
 * @throws an `AttemptError` for a redirect that is not followed, or the error from `fetch`
 */
export async function followRedirects(fetch: FetchLike, first: Request, allowed: Allowed): Promise<FetchLikeResponse> {
  let request = first
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(...request)
    if (!isResponse(response)) return response
    const [url, { signal }] = request
    const followed = disallowedRedirect(response, url, allowed)
    if (followed) throw refusedRedirect(response, followed)
    const target = redirectTarget(response, url)
    if (target === undefined) return response
    if (target === 'invalid') throw redirectFailure(response, 'was redirected to an invalid URL')
    if (redirects === MAX_REDIRECTS) throw redirectFailure(response, 'was redirected too many times')
    const crossesOrigin = target.origin !== new URL(url).origin
    if (allowed === 'error' || (allowed === 'same-origin' && crossesOrigin)) throw refusedRedirect(response, target)
    const next = redirectedRequest(request, target, response.status, crossesOrigin)
    if (!next) throw redirectFailure(response, 'was redirected, but its body is a stream that can be sent only once')
    if (signal.aborted) throw redirectFailure(response, 'was not followed further')
    void cancelBody(response)
    request = next
  }
}

function refusedRedirect(response: FetchLikeResponse, target: URL | 'hidden'): AttemptError {
  void cancelBody(response)
  const { status, headers } = response
  const isHidden = target === 'hidden'
  const where = isHidden ? '' : ` to ${displayURL(target)}`
  const hint = isHidden ? '. The browser hides the target' : ''
  const message = `was redirected${where}, which option "redirect" forbids${hint}`
  // The status of a hidden redirect is 0.
  return new AttemptError({ reason: 'redirect', message, status: status || undefined, headers })
}

function redirectFailure(response: FetchLikeResponse, message: string): AttemptError {
  void cancelBody(response)
  return new AttemptError({ reason: 'network', message })
}

/** The target of a disallowed redirect that a browser hides or a caller's `fetch` already followed. */
function disallowedRedirect(response: FetchLikeResponse, url: string, allowed: Allowed): URL | 'hidden' | undefined {
  const { type, redirected } = response as Partial<Response>
  if (type === 'opaqueredirect') return 'hidden'
  if (allowed === 'follow') return undefined
  const requested = new URL(url)
  const final = finalURL(response, requested)
  const isRefused = allowed === 'error' ? redirected === true : isHTTP(final) && final.origin !== requested.origin
  return isRefused ? final : undefined
}

/** Undefined if the response is not a redirect. */
function redirectTarget(response: FetchLikeResponse, url: string): URL | 'invalid' | undefined {
  if (!REDIRECTS.includes(response.status)) return undefined
  const location: unknown = response.headers.get('location')
  if (typeof location !== 'string') return undefined
  try {
    const target = new URL(utf8(location), url)
    target.hash = target.username = target.password = ''
    return isHTTP(target) ? target : 'invalid'
  } catch {
    return 'invalid'
  }
}

/** Decodes a non-ASCII Location as UTF-8: header values have one character per byte, except in Workers, which decode them. */
function utf8(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value
  try {
    return decodeURIComponent(escaped(value))
  } catch {
    return value
  }
}

/** Percent-encodes the percent sign and every character past U+007F as one byte. */
function escaped(value: string): string {
  return value.replace(/[%\x80-\xff]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}

/** The request for the redirect target; undefined if the body cannot be sent again. */
function redirectedRequest(
  [, init]: Request,
  target: URL,
  status: number,
  crossesOrigin: boolean,
): Request | undefined {
  const becomesGET =
    status === 303 ? init.method !== 'HEAD' && init.method !== 'GET' : status < 303 && init.method === 'POST'
  if (!becomesGET && isStream(init.body)) return undefined
  const headers = withoutHeaders(
    init.headers,
    (name) => (becomesGET && isBodyHeader(name)) || (crossesOrigin && isCredential(name)),
  )
  const next: FetchLikeInit = { ...init, headers }
  if (becomesGET) {
    next.method = 'GET'
    delete next.body
    delete next.duplex
  }
  return [target.href, next]
}
