/** How a request gets to its server: sent by the browser, or by the page's own server, which no CORS binds. */

import type { FetchLike, FetchLikeResponse } from '../../connection/request.ts'
import { FORWARDED, type ForwardedHead, type ForwardFailure, type ForwardRequest } from '../forwarding.ts'

/** The browser's own. */
export const direct: FetchLike = (url, init) => fetch(url, init)

/**
 * By the local server.
 *
 * @param place where it takes requests
 * @param own the person's headers, among them such as a browser lets no page send
 * @param lastEventId what is to go out as `Last-Event-ID`: as text, where a header would be bytes
 */
export function forwardedBy(place: string, own: [string, string][], lastEventId: () => string): FetchLike {
  return async (url, { method, headers, body, signal }) => {
    const all = new Map(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [name, value] as [string, string]]),
    )
    for (const [name, value] of own) all.set(name.toLowerCase(), [name, value])
    const id = lastEventId()
    // eslint-disable-next-line no-control-regex -- what no header can hold
    if (id !== '' && !/[\0-\x08\x0a-\x1f\x7f]/.test(id)) all.set('last-event-id', ['Last-Event-ID', id])
    // What browsers do for `cache: 'no-store'`.
    if (!all.has('cache-control')) all.set('cache-control', ['Cache-Control', 'no-cache'])
    const request: ForwardRequest = {
      url,
      method,
      headers: [...all.values()],
      body: typeof body === 'string' ? body : null,
    }
    const response = await fetch(place, {
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
      .catch(() => ({ error: 'The local server refuses' }))) as ForwardFailure
    throw Object.assign(new TypeError(error), { code })
  }
  const { status, statusText, url, headers } = JSON.parse(decodeURIComponent(head)) as ForwardedHead
  return { status, statusText, url, headers: new Headers(headers), body: response.body } as FetchLikeResponse
}

/** Where the browser's own `EventSource` gets the same by the local server. */
export function forwardedURL(place: string, url: URL): string {
  return `${place}?${String(new URLSearchParams({ url: url.href }))}`
}

/** Whether a server answers at all, when the browser will not say why a request failed: `undefined` where that cannot be told. */
export async function isReachable(url: URL, method: string): Promise<boolean | undefined> {
  // A request of another method could have its effect again.
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
