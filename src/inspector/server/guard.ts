/** Lets only the local server's own page send requests to it. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The host and token that a request must have. */
export interface Access {
  /** `127.0.0.1` and the port. */
  host: string
  token: string
}

/** The target of a request. */
export interface Destination {
  /** After the token; empty for the page itself. */
  name: string
  /** Includes the question mark; empty if there is no query. */
  query: string
}

/**
 * Returns the target of an allowed request, and undefined for any other.
 *
 * - `Host` must be the IP address, against DNS rebinding.
 * - `Origin` and `Sec-Fetch-Site`, if sent, must not show another site.
 * - The token must match.
 * - Forwarded responses are only delivered as data. As a document or script they would run with this server's origin.
 */
export function admit(
  {
    method = '',
    url = '',
    headers,
  }: { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders },
  { host, token }: Access,
): Destination | undefined {
  if (headers.host !== host) return undefined
  const [, given = '', name, query = ''] = /^\/([^/?#]*)(?:\/([^?#]*))?(\?[^#]*)?$/.exec(url) ?? []
  if (!isEqual(given, token)) return undefined

  const origin = `http://${host}`
  if (headers.origin !== undefined && headers.origin !== origin) return undefined
  // Browsers always send it with a POST.
  if (method !== 'GET' && method !== 'HEAD' && headers.origin === undefined) return undefined
  const isData = (headers['sec-fetch-dest'] ?? 'empty') === 'empty'
  if (name === 'forward' && !isData) return undefined
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === undefined) return { name: name ?? '', query }
  // A URL typed by the user or opened by the command may only load the page itself.
  const isVisit = site === 'none' && headers['sec-fetch-mode'] === 'navigate' && (name ?? '') === ''
  return isVisit ? { name: name ?? '', query } : undefined
}

function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.byteLength === other.byteLength && timingSafeEqual(one, other)
}
