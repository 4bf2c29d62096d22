/** URLs: how they are read, and how much of them may be seen. */

import { baseURL, encodeLikeDocument } from '../platform/page.ts'
import { domException } from '../platform/platform.ts'

/**
 * Parses `input`.
 *
 * @param base what a relative one is resolved against: the runtime's base URL unless said otherwise
 * @throws a `DOMException` named `SyntaxError` when it is no valid URL.
 */
export function parseURL(input: string, base?: string): URL {
  const own = base === undefined
  base ??= baseURL()
  try {
    const url = new URL(own ? encodeLikeDocument(input) : input, base)
    // Chromium lets a space in the host of a URL pass as "%20". No valid host of an HTTP URL has a "%".
    if (!isHTTP(url) || !url.host.includes('%')) return url
  } catch {
    // Reported below, like a host that is none.
  }
  const hint =
    base === undefined ? ': without a base URL it must be absolute' : ` relative to ${displayURL(new URL(base))}`
  throw domException(`Invalid URL "${displayInvalidURL(input)}"${hint}`, 'SyntaxError')
}

/** Whether `fetch` can bring an event stream from there; for other schemes trying again would be pointless. */
export function isFetchable(url: URL): boolean {
  return /^(?:https?|data|blob):$/.test(url.protocol)
}

export function isHTTP({ protocol }: URL): boolean {
  return /^https?:$/.test(protocol)
}

/** The URL as it may appear in messages and logs: no password, no query, no fragment, of one without a host the scheme. */
export function displayURL(url: URL): string {
  if (url.protocol === 'about:') return `about:${url.pathname}`
  return url.host === '' ? `${url.protocol}…` : `${url.protocol}//${url.host}${url.pathname}`
}

/** The same for text that did not parse: nothing if it has a user, and nothing after a second colon, where a password may be. */
function displayInvalidURL(input: string): string {
  const shown = /^(?:\w+:)?(?:(?!.*@)[^:?#]*)?/s.exec(input)?.[0] ?? ''
  return shown === input ? input : `${shown}…`
}

/** The URL without user and password. Their own "/" and "@" are percent-encoded. */
export function withoutCredentials({ href }: URL): string {
  return href.replace(/^([\w+.-]+:\/\/)[^/?#]*@/, '$1')
}
