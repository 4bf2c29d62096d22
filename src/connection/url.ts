/** Parses URLs, and formats them without secrets. */

import { baseURL, encodeLikeDocument } from '../platform/page.ts'
import { domException } from '../platform/platform.ts'

/**
 * Parses `input`.
 *
 * @param base defaults to the base URL of the document or worker
 * @throws a `DOMException` named `SyntaxError` if the URL is invalid
 */
export function parseURL(input: string, base?: string): URL {
  const own = base === undefined
  base ??= baseURL()
  try {
    const url = new URL(own ? encodeLikeDocument(input) : input, base)
    // Chromium accepts a space in the host as "%20". A valid HTTP host never contains "%".
    if (!isHTTP(url) || !url.host.includes('%')) return url
  } catch {
    // Reported below, like an invalid host.
  }
  const hint =
    base === undefined ? ': without a base URL it must be absolute' : ` relative to ${displayURL(new URL(base))}`
  throw domException(`Invalid URL "${displayInvalidURL(input)}"${hint}`, 'SyntaxError')
}

/** Whether `fetch` supports its scheme. Otherwise retrying would be pointless. */
export function isFetchable(url: URL): boolean {
  return /^(?:https?|data|blob):$/.test(url.protocol)
}

export function isHTTP({ protocol }: URL): boolean {
  return /^https?:$/.test(protocol)
}

/** The URL for messages and logs: no credentials, query or fragment; only the scheme if it has no host. */
export function displayURL(url: URL): string {
  if (url.protocol === 'about:') return `about:${url.pathname}`
  return url.host === '' ? `${url.protocol}…` : `${url.protocol}//${url.host}${url.pathname}`
}

/** An unparsable URL for messages: nothing if it has a user, and nothing after a second colon, where a password may be. */
function displayInvalidURL(input: string): string {
  const shown = /^(?:\w+:)?(?:(?!.*@)[^:?#]*)?/s.exec(input)?.[0] ?? ''
  return shown === input ? input : `${shown}…`
}

/** The URL without user and password, in which "/" and "@" are always percent-encoded. */
export function withoutCredentials({ href }: URL): string {
  return href.replace(/^([\w+.-]+:\/\/)[^/?#]*@/, '$1')
}
