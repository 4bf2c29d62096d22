/** Who may ask the local server: its own page, and nobody else. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What a request must know. */
export interface Place {
  /** `127.0.0.1:` and the port. */
  host: string
  token: string
}

/** Where a request wants to go. */
export interface Destination {
  /** After the token; empty for the page itself. */
  name: string
  /** With the question mark, if there is one. */
  query: string
}

/**
 * What a request asks for; undefined for one that must get nothing.
 *
 * - A name that leads here (DNS rebinding) shows in `Host`: it must be the address.
 * - Another site's page shows in `Origin`, and in `Sec-Fetch-Site` where the browser sends that.
 * - Whoever does not know the token gets nothing in any case.
 * - What is forwarded is data: shown as a page, or run as a script, it would be one of the local server's own.
 */
export function admit(
  {
    method = '',
    url = '',
    headers,
  }: { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders },
  { host, token }: Place,
): Destination | undefined {
  if (headers.host !== host) return undefined
  const [, given = '', name, query = ''] = /^\/([^/?#]*)(?:\/([^?#]*))?(\?[^#]*)?$/.exec(url) ?? []
  if (!isEqual(given, token)) return undefined

  const origin = `http://${host}`
  if (headers.origin !== undefined && headers.origin !== origin) return undefined
  // A page's POST always has one.
  if (method !== 'GET' && method !== 'HEAD' && headers.origin === undefined) return undefined
  const isData = (headers['sec-fetch-dest'] ?? 'empty') === 'empty'
  if (name === 'forward' && !isData) return undefined
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === undefined) return { name: name ?? '', query }
  // Typed, or opened by the command: only the page itself.
  const isVisit = site === 'none' && headers['sec-fetch-mode'] === 'navigate' && (name ?? '') === ''
  return isVisit ? { name: name ?? '', query } : undefined
}

function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.byteLength === other.byteLength && timingSafeEqual(one, other)
}
