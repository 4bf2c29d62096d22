/** Sending a request where redirects are not simply followed. (Fetch standard, 4.4, "HTTP-redirect fetch") */

import type { Failure } from './connection-error.ts'
import { describesBody, isCredential } from './headers.ts'
import { isStream } from './request-body.ts'
import type { FetchLike, FetchLikeInit, FetchLikeResponse } from './request.ts'
import { discard, finalURL, isResponse } from './response.ts'
import { isHTTP, presentable } from './url.ts'

const REDIRECTS = [301, 302, 303, 307, 308]
/** As many as fetch follows. */
const MOST_REDIRECTS = 20

/** What came of a request: a response, or why there is none. */
export type Outcome = { response: FetchLikeResponse } | { failure: Failure }

/** The option `redirect`. */
type Allowed = 'follow' | 'error' | 'same-origin'

type Request = [url: string, init: FetchLikeInit]

/** Sends a request with `redirect: 'manual'` and follows redirects as far as the option allows. */
export async function followRedirects(fetch: FetchLike, first: Request, allowed: Allowed): Promise<Outcome> {
  let request = first
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(...request)
    if (!isResponse(response)) return { response }
    const [url, { signal }] = request
    const strayed = detour(response, url, allowed)
    if (strayed) return refuse(response, strayed)
    const target = targetOf(response, url)
    if (target === undefined) return { response }
    if (target === 'invalid') return lost(response, 'was redirected to nowhere')
    if (redirects === MOST_REDIRECTS) return lost(response, 'was redirected too often')
    const strays = target.origin !== new URL(url).origin
    if (allowed === 'error' || (allowed === 'same-origin' && strays)) return refuse(response, target)
    const next = redirected(request, target, response.status)
    if (!next) return lost(response, 'was redirected, but its body is a stream, which can be sent only once')
    // A caller's fetch may know nothing of signals.
    if (signal.aborted) return lost(response, 'was not followed further')
    void discard(response)
    request = next
  }

  function refuse(response: FetchLikeResponse, target: URL | 'hidden'): Outcome {
    void discard(response)
    const where = target === 'hidden' ? '' : ` to ${presentable(target)}`
    const why =
      target === 'hidden' && allowed === 'same-origin'
        ? 'and where to is hidden from scripts here, so that the option "redirect" refuses it'
        : 'which the option "redirect" refuses'
    const { status, headers } = response
    // Of a hidden redirect it is 0.
    return {
      failure: { reason: 'redirect', what: `was redirected${where}, ${why}`, status: status || undefined, headers },
    }
  }

  function lost(response: FetchLikeResponse, what: string): Outcome {
    void discard(response)
    return { failure: { reason: 'network', what } }
  }
}

/** Where a response shows that it was not left to us: a browser hides redirects, a caller's `fetch` may follow them. */
function detour(response: FetchLikeResponse, url: string, allowed: Allowed): URL | 'hidden' | undefined {
  const { type, redirected } = response as Partial<Response>
  if (type === 'opaqueredirect') return 'hidden'
  if (allowed === 'follow') return undefined
  const requested = new URL(url)
  const final = finalURL(response, requested)
  const refused = allowed === 'error' ? redirected === true : isHTTP(final) && final.origin !== requested.origin
  return refused ? final : undefined
}

/** Undefined where it is no redirect. */
function targetOf(response: FetchLikeResponse, url: string): URL | 'invalid' | undefined {
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
function redirected([url, init]: Request, target: URL, status: number): Request | undefined {
  const becomesGET =
    status === 303 ? init.method !== 'HEAD' && init.method !== 'GET' : status < 303 && init.method === 'POST'
  if (!becomesGET && isStream(init.body)) return undefined
  const strays = target.origin !== new URL(url).origin
  const headers = Object.entries(init.headers).filter(
    ([name]) => !(becomesGET && describesBody(name)) && !(strays && isCredential(name)),
  )
  const next: FetchLikeInit = { ...init, headers: Object.fromEntries(headers) }
  if (becomesGET) {
    next.method = 'GET'
    delete next.body
    delete next.duplex
  }
  return [target.href, next]
}
