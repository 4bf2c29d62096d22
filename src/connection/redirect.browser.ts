/** Browsers hide redirects from scripts, so every redirect is refused unless the option is `follow`. */

import { AttemptError } from './failure.ts'
import type { followRedirects as follow } from './redirect.ts'
import { cancelBody, finalURL, isResponse } from './response.ts'
import { isHTTP } from './url.ts'

/** Sends a request with `redirect: 'manual'` and fails if the response is a redirect or a caller's `fetch` followed one. */
export const followRedirects: typeof follow = async (fetch, [url, init], allowed) => {
  const response = await fetch(url, init)
  if (!isResponse(response)) return response
  const { status, headers, type, redirected } = response as Response
  const requested = new URL(url)
  const final = finalURL(response, requested)
  const isRefused =
    type === 'opaqueredirect' ||
    ([301, 302, 303, 307, 308].includes(status) && headers.get('location') !== null) ||
    (allowed === 'error' ? redirected : isHTTP(final) && final.origin !== requested.origin)
  if (!isRefused) return response
  void cancelBody(response)
  const hint = status === 0 ? '. The browser hides the target' : ''
  const message = `was redirected, which option "redirect" forbids${hint}`
  // The status of a hidden redirect is 0.
  throw new AttemptError({ reason: 'redirect', message, status: status || undefined, headers })
}
