/** Sends requests from the browser, or through the local server, where CORS does not apply. */

import type { FetchLike, FetchLikeResponse } from '../../connection/request.ts'
import { FORWARDED, type ForwardedHead, type ForwardFailure, type ForwardRequest } from '../forwarding.ts'

export const direct: FetchLike = (url, init) => fetch(url, init)

/**
 * Sends requests through the local server.
 *
 * @param endpoint URL of the forwarding endpoint
 * @param own the user's headers, including those that browsers don't let pages send
 * @param lastEventId returns the `Last-Event-ID` to send, as text rather than as bytes
 */
export function forwardedBy(endpoint: string, own: [string, string][], lastEventId: () => string): FetchLike {
  return async (url, { method, headers, body, signal }) => {
    const all = new Map(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [name, value] as [string, string]]),
    )
    for (const [name, value] of own) all.set(name.toLowerCase(), [name, value])
    const id = lastEventId()
    // eslint-disable-next-line no-control-regex -- characters not allowed in headers
    if (id !== '' && !/[\0-\x08\x0a-\x1f\x7f]/.test(id)) all.set('last-event-id', ['Last-Event-ID', id])
    // Browsers send this for `cache: 'no-store'`.
    if (!all.has('cache-control')) all.set('cache-control', ['Cache-Control', 'no-cache'])
    const request: ForwardRequest = {
      url,
      method,
      headers: [...all.values()],
      body: typeof body === 'string' ? body : null,
    }
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      signal,
    })
    return unwrapped(response)
  }
}

async function unwrapped(response: Response): Promise<FetchLikeResponse> {
  const head = response.headers.get(FORWARDED)
  if (head === null) {
    const { error, code } = (await response
      .json()
      .catch(() => ({ error: 'The local server refused the request' }))) as ForwardFailure
    throw Object.assign(new TypeError(error), { code })
  }
  const { status, statusText, url, headers } = JSON.parse(decodeURIComponent(head)) as ForwardedHead
  return { status, statusText, url, headers: new Headers(headers), body: response.body } as FetchLikeResponse
}

/** The URL with which the native `EventSource` gets the stream through the local server. */
export function forwardedURL(endpoint: string, url: URL): string {
  return `${endpoint}?${String(new URLSearchParams({ url: url.href }))}`
}

/** Whether the server responds at all; undefined if that can't be checked. */
export async function isReachable(url: URL, method: string): Promise<boolean | undefined> {
  // Repeating other methods may repeat their side effects.
  if (method !== 'GET') return undefined
  const controller = new AbortController()
  try {
    await fetch(url, { mode: 'no-cors', cache: 'no-store', signal: controller.signal })
    return true
  } catch {
    return false
  } finally {
    controller.abort()
  }
}
