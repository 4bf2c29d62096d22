/** Reads a URL as people type it. */

import { closest } from '../input/closest.ts'
import { UsageError } from './usage.ts'

const EXAMPLE = 'http://localhost:8000/stream'
/** Hosts on this machine or the local network, where TLS is rare: names without a dot, and IP addresses. */
const LOCAL = /^(?:localhost|[^/.:?#]+|[^/:?#]+\.localhost|\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?=[/:?#]|$)/i

/** A DNS name or an IP address. The URL class also accepts hosts such as `ht!tp`. */
const HOST = /^(?:[\w.-]+|\[.+\])$/
/** A slash or the scheme's colon is missing. Digits after the colon may be a port, since a host may be named `http`. */
const BROKEN_SCHEME = /^(https?)(?::\/?|\/\/)(?=[^\d/])/i
const REPEATED_SCHEME = /^https?:\/\/(https?:\/\/.*)$/i

/**
 * Adds `http://` or `https://` if the scheme is missing.
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
    const hint = near === undefined ? '' : `. Try ${near}${url.slice(protocol.length)}`
    throw new UsageError(`The URL must start with http:// or https://, not ${protocol}//${hint}`)
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
  if (/^[^/?#]*:\/\//.test(given)) throw invalid(given, 'It must start with http:// or https://')
  // Same shorthand as HTTPie.
  if (/^:\d/.test(given)) return `http://localhost${given}`
  if (given.startsWith('/')) {
    throw new UsageError(`"${given}" is a path without a server. Try http://localhost:8000${given}`)
  }
  const host = given.replace(/^[^/?#]*@/, '')
  return `${LOCAL.test(host) ? 'http' : 'https'}://${given}`
}

function invalid(given: string, hint: string): UsageError {
  return new UsageError(`Invalid URL "${given}". ${hint}`)
}
