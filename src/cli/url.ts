/** A URL as people type it. */

import { UsageError } from './usage.ts'

const EXAMPLE = 'http://localhost:8000/stream'
/** Those that are on this machine or in its network, where TLS is rare: names without a dot, and addresses. */
const LOCAL = /^(?:localhost|[^/.:?#]+|[^/:?#]+\.localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?=[/:?#]|$)/i

/**
 * With `http://` or `https://` in front where it has none.
 *
 * @throws a `UsageError`
 */
export function readURL(given: string): string {
  const url = withScheme(given)
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const protocol = parsed?.protocol ?? 'http:'
  if (protocol !== 'http:' && protocol !== 'https:') {
    const rest = url.slice(protocol.length)
    const hint = protocol === 'ws:' ? ` Try http:${rest}` : protocol === 'wss:' ? ` Try https:${rest}` : ''
    throw new UsageError(`Event streams come over http:// or https://, not ${protocol}//.${hint}`)
  }
  if (!parsed || parsed.hostname === '') {
    throw new UsageError(`"${given}" is no URL. One looks like this: ${EXAMPLE}`)
  }
  return url
}

function withScheme(given: string): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(given)) return given
  // As in HTTPie.
  if (/^:\d/.test(given)) return `http://localhost${given}`
  if (given.startsWith('/')) {
    throw new UsageError(
      `"${given}" is a path without a server. Put the server before it: http://localhost:8000${given}`,
    )
  }
  const host = given.replace(/^[^/?#]*@/, '')
  return `${LOCAL.test(host) ? 'http' : 'https'}://${given}`
}
