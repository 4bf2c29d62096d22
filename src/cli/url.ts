/** A URL as people type it. */

import { closest } from '../input/closest.ts'
import { UsageError } from './usage.ts'

const EXAMPLE = 'http://localhost:8000/stream'
/** Those that are on this machine or in its network, where TLS is rare: names without a dot, and addresses. */
const LOCAL = /^(?:localhost|[^/.:?#]+|[^/:?#]+\.localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?=[/:?#]|$)/i

/** A name in the DNS or an address; the URL class also takes hosts such as `ht!tp`. */
const HOST = /^(?:[\w.-]+|\[.+\])$/
/** A slash or the colon of the scheme is missing. What looks like a port may be one: a host may be called `http`. */
const BROKEN_SCHEME = /^(https?)(?::\/?|\/\/)(?=[^\d/])/i
const REPEATED_SCHEME = /^https?:\/\/(https?:\/\/.*)$/i

/**
 * With `http://` or `https://` in front if it has neither.
 *
 * @throws a `UsageError`
 */
export function readURL(text: string): string {
  const given = text.trim()
  const url = withScheme(given)
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const protocol = parsed?.protocol ?? 'http:'
  if (protocol !== 'http:' && protocol !== 'https:') {
    const near = PROTOCOLS[protocol] ?? closest(protocol, ['http:', 'https:'])
    const hint = near === undefined ? '' : ` Try ${near}${url.slice(protocol.length)}`
    throw new UsageError(`Event streams come over http:// or https://, not ${protocol}//.${hint}`)
  }
  if (!parsed || !HOST.test(parsed.hostname)) throw invalid(given, `Example: ${EXAMPLE}`)
  return url
}

const PROTOCOLS: Record<string, string | undefined> = { 'ws:': 'http:', 'wss:': 'https:' }

function withScheme(given: string): string {
  const [, repeated] = REPEATED_SCHEME.exec(given) ?? []
  if (repeated !== undefined) throw invalid(given, `Did you mean ${repeated}?`)
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(given)) return given
  const [broken, scheme] = BROKEN_SCHEME.exec(given) ?? []
  if (broken !== undefined) throw invalid(given, `Did you mean ${scheme}://${given.slice(broken.length)}?`)
  if (/^[^/?#]*:\/\//.test(given)) throw invalid(given, 'It must begin with http:// or https://')
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

function invalid(given: string, hint: string): UsageError {
  return new UsageError(`Invalid URL "${given}". ${hint}`)
}
