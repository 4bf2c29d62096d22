/** Redirects that are not simply followed. (Fetch standard, 4.4, "HTTP-redirect fetch") */

import { AttemptError } from './failure.ts'
import { isCredential } from '../platform/platform.ts'
import { isBodyHeader, withoutHeaders } from './headers.ts'
import { isStream } from './request-body.ts'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from './request.ts'
import { cancelBody, finalURL, isResponse } from './response.ts'
import { isHTTP, displayURL } from './url.ts'

const REDIRECTS = [301, 302, 303, 307, 308]
/** As many as fetch follows. */
const MAX_REDIRECTS = 20

/** The option `redirect`. */
type Allowed = 'follow' | 'error' | 'same-origin'

type Request = [url: string, init: FetchLikeInit]

/**
 * Sends a request with `redirect: 'manual'` and follows redirects as far as the option allows.
 *
 * @throws an `AttemptError` for a redirect that it does not follow, and what `fetch` throws
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
  // Of a hidden redirect it is 0.
  return new AttemptError({ reason: 'redirect', message, status: status || undefined, headers })
}

function redirectFailure(response: FetchLikeResponse, message: string): AttemptError {
  void cancelBody(response)
  return new AttemptError({ reason: 'network', message })
}

/** Where a response leads that was not left to us: a browser hides redirects, a caller's `fetch` may have followed them. */
function disallowedRedirect(response: FetchLikeResponse, url: string, allowed: Allowed): URL | 'hidden' | undefined {
  const { type, redirected } = response as Partial<Response>
  if (type === 'opaqueredirect') return 'hidden'
  if (allowed === 'follow') return undefined
  const requested = new URL(url)
  const final = finalURL(response, requested)
  const isRefused = allowed === 'error' ? redirected === true : isHTTP(final) && final.origin !== requested.origin
  return isRefused ? final : undefined
}

/** Undefined where it is not a redirect. */
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

/** What servers write beyond ASCII is UTF-8, and header values are bytes, one character each; but Workers have decoded them. */
function utf8(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value
  try {
    return decodeURIComponent(escaped(value))
  } catch {
    return value
  }
}

/** Each character past U+007F, and the percent sign, as the byte that it is. */
function escaped(value: string): string {
  return value.replace(/[%\x80-\xff]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}

/** The request to the target of a redirect; undefined where its body cannot be sent again. */
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
