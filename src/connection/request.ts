/** What goes out at each attempt to connect. */

import {
  acceptedMembers,
  missingHeaders,
  headerValue,
  noTimeoutInit,
  forwardsCredentials,
} from '../platform/platform.ts'
import { authorizationOf, mergeHeaders, withoutHeaders, type HeaderRecord } from './headers.ts'
import type { ConnectionOptions } from './read-options.ts'
import { isStream, type RequestBody } from './request-body.ts'
import { isHTTP } from './url.ts'

/** What a `fetch` of the caller's gets as its second argument. Pass members on that you do not know. */
export interface FetchLikeInit {
  /** The option `method`. */
  method: string
  /** Absent where the runtime's `fetch` throws for it, as are `credentials` and `cache`. */
  mode?: 'cors'
  /** As the option `withCredentials` says. */
  credentials?: 'include' | 'same-origin' | 'omit'
  /** Nothing of a stream is cached. */
  cache?: 'no-store'
  /** `manual` where redirects are followed one by one: the option `redirect` is not `follow`, or credentials need care. */
  redirect: 'follow' | 'manual'
  /** All of them, in a plain object that can be spread. */
  headers: Record<string, string>
  /** What the option `body` says. */
  // The types that fetch has for it differ between lib.dom, @types/node and undici.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  body?: any
  /** With a body that is a stream. */
  duplex?: 'half'
  /** Aborted when the connection is closed, or is given up. */
  signal: AbortSignal
}

/** `FetchLikeInit`, under the name that the `eventsource` package has for it from version 4 on. */
export type EventSourceFetchInit = FetchLikeInit

/** What a `fetch` of the caller's must return: a `Response`, or as much of one. */
export interface FetchLikeResponse {
  /** The HTTP status. */
  readonly status: number
  /** The final URL, after redirects. Empty or missing: that of the request. */
  readonly url?: string | undefined
  /** Its `Content-Type`, and what else is asked for. */
  readonly headers: { get(name: string): string | null }
  /** A web `ReadableStream` of bytes; null where there is none. */
  readonly body: unknown
}

/** What reads a stream of bytes. */
export interface ReaderLike {
  /** The next bytes, or the end. */
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
  /** Gives the stream up, and what it is read from. */
  cancel(reason?: unknown): Promise<void>
}

/** A web `ReadableStream` of bytes, of whatever family: lib.dom's, `node:stream/web`'s or a polyfill's. */
export interface ByteStream {
  /** Whether it is being read. */
  readonly locked: boolean
  /** Takes it: it is locked from then on. */
  getReader(): ReaderLike
}

/** `fetch`, or a function in its place: the option `fetch`. It rejects where there is no response. */
export type FetchLike = (url: string, init: FetchLikeInit) => Promise<FetchLikeResponse>

/** What one attempt requests. */
export interface RequestParts {
  url: URL
  method: string
  headers: HeaderRecord
  body: RequestBody | undefined
}

type RequestOptions = Pick<ConnectionOptions, 'withCredentials' | 'redirect' | 'fetchOptions' | 'lastEventIdParameter'>

/**
 * The arguments for `fetch`. (HTML standard, 9.2.2, "create a potential-CORS request" and the steps after it)
 *
 * @param lastEventId undefined where neither the caller nor the stream has named one
 */
export function buildRequest(
  parts: RequestParts,
  options: RequestOptions,
  lastEventId: string | undefined,
  signal: AbortSignal,
): [url: string, init: FetchLikeInit] {
  const { method, body } = parts
  const { withCredentials, redirect, fetchOptions, lastEventIdParameter } = options

  const url = new URL(parts.url)
  url.hash = ''
  // Fetch refuses URLs with credentials.
  url.username = url.password = ''
  let { href } = url
  let headers = mergeHeaders(defaultHeaders(parts.url, body), parts.headers)
  if (lastEventId !== undefined) {
    // One that the caller set is where it started, not where the stream is.
    headers = withoutHeaders(headers, (name) => /^last-event-id$/i.test(name))
    if (lastEventIdParameter !== undefined) href = withParameter(url, lastEventIdParameter, lastEventId)
    else {
      const value = lastEventIdHeader(lastEventId)
      if (value !== undefined) headers = { ...headers, 'Last-Event-ID': value }
    }
  }

  return [
    href,
    {
      ...acceptedMembers({
        mode: 'cors',
        credentials: withCredentials ? 'include' : 'same-origin',
        cache: 'no-store',
      } as const),
      ...noTimeoutInit(fetchOptions),
      method,
      redirect: redirect !== 'follow' || forwardsCredentials(headers) ? 'manual' : 'follow',
      headers,
      signal,
      ...(body !== undefined && { body }),
      ...(isStream(body) && { duplex: 'half' }),
    },
  ]
}

/** What the standard and a URL's user and password ask for; the caller's override them. */
function defaultHeaders(url: URL, body: unknown): HeaderRecord {
  return { Accept: 'text/event-stream', ...missingHeaders(body), ...authorizationOf(url) }
}

/**
 * Sets a parameter of the query, or removes it if the value is empty. All other bytes stay as they are: URLs may be signed, and
 * serializing the whole query would change some.
 */
function withParameter(url: URL, name: string, value: string): string {
  const { href } = url
  if (!isHTTP(url)) return href
  const [start, ...rest] = href.split('?')
  const parameter = value === '' ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`]
  const pairs = rest[0] === undefined ? [] : rest.join('?').split('&')
  const others = pairs.flatMap((pair) =>
    // Without the "&", a "?" at the start of a name would be lost.
    new URLSearchParams(`&${pair}`).has(name) ? parameter.splice(0) : [pair],
  )
  // A "&" at the end separates already.
  if (parameter[0] && others[others.length - 1] === '') others.pop()
  const query = [...others, ...parameter]
  return query[0] === undefined ? String(start) : `${start}?${query.join('&')}`
}

/** The value of the header; undefined where there is none, as control characters other than tabs cannot stand in one. */
export function lastEventIdHeader(lastEventId: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (lastEventId === '' || /[\0-\x08\x0a-\x1f\x7f]/.test(lastEventId)) return undefined
  return headerValue(lastEventId)
}
