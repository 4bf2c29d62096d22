/** The request of an attempt, and the types of the option `fetch`. */

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

/** The second argument of the option `fetch`. Pass unknown members through. */
export interface FetchLikeInit {
  /** The option `method`. */
  method: string
  /** Absent if the runtime's `fetch` rejects it, like `credentials` and `cache`. */
  mode?: 'cors'
  /** Set by the option `withCredentials`. */
  credentials?: 'include' | 'same-origin' | 'omit'
  /** Streams are not cached. */
  cache?: 'no-store'
  /** `manual` if redirects are followed one by one: the option `redirect` is not `follow`, or credentials must be removed. */
  redirect: 'follow' | 'manual'
  /** All headers, as a plain object. */
  headers: Record<string, string>
  /** The option `body`. */
  // Its type in fetch differs between lib.dom, @types/node and undici.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  body?: any
  /** Set if the body is a stream. */
  duplex?: 'half'
  /** Aborted when the connection closes or the attempt is abandoned. */
  signal: AbortSignal
}

/** Alias of `FetchLikeInit`, as in the `eventsource` package since version 4. */
export type EventSourceFetchInit = FetchLikeInit

/** The result of the option `fetch`: a `Response`, or an object with these members. */
export interface FetchLikeResponse {
  /** The HTTP status. */
  readonly status: number
  /** The final URL, after redirects. Defaults to the URL of the request. */
  readonly url?: string | undefined
  /** The headers, such as `Content-Type` and `Retry-After`. */
  readonly headers: { get(name: string): string | null }
  /** A web `ReadableStream` of bytes, or `null`. */
  readonly body: unknown
}

/** A reader of a byte stream. */
export interface ReaderLike {
  /** Reads the next chunk. */
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
  /** Cancels the stream and its source. */
  cancel(reason?: unknown): Promise<void>
}

/** A web `ReadableStream` of bytes: from lib.dom, `node:stream/web` or a polyfill. */
export interface ByteStream {
  /** Whether it has a reader. */
  readonly locked: boolean
  /** Locks the stream and returns its reader. */
  getReader(): ReaderLike
}

/** `fetch`, or a replacement for it: the option `fetch`. Rejects if there is no response. */
export type FetchLike = (url: string, init: FetchLikeInit) => Promise<FetchLikeResponse>

/** The parts of a request that differ between attempts. */
export interface RequestParts {
  url: URL
  method: string
  headers: HeaderRecord
  body: RequestBody | undefined
}

type RequestOptions = Pick<ConnectionOptions, 'withCredentials' | 'redirect' | 'fetchOptions' | 'lastEventIdParameter'>

/**
 * Builds the arguments for `fetch`. (HTML standard, 9.2.2, "create a potential-CORS request" and the steps after it)
 *
 * @param lastEventId undefined if neither the caller nor the stream has set one
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
  // Fetch rejects URLs with credentials.
  url.username = url.password = ''
  let { href } = url
  let headers = mergeHeaders(defaultHeaders(parts.url, body), parts.headers)
  if (lastEventId !== undefined) {
    // The caller's own Last-Event-ID is where the stream started, not its current position.
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

/** The standard's headers and the URL's Basic authorization. The caller's headers override them. */
function defaultHeaders(url: URL, body: unknown): HeaderRecord {
  return { Accept: 'text/event-stream', ...missingHeaders(body), ...authorizationOf(url) }
}

/**
 * Sets a query parameter, or removes it if the value is empty. All other bytes stay unchanged, because the URL may be signed and
 * serializing the whole query would change some of them.
 */
function withParameter(url: URL, name: string, value: string): string {
  const { href } = url
  if (!isHTTP(url)) return href
  const [start, ...rest] = href.split('?')
  const parameter = value === '' ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`]
  const pairs = rest[0] === undefined ? [] : rest.join('?').split('&')
  const others = pairs.flatMap((pair) =>
    // Without the "&", URLSearchParams would drop a "?" at the start of a name.
    new URLSearchParams(`&${pair}`).has(name) ? parameter.splice(0) : [pair],
  )
  // Reuse a trailing "&" as the separator.
  if (parameter[0] && others[others.length - 1] === '') others.pop()
  const query = [...others, ...parameter]
  return query[0] === undefined ? String(start) : `${start}?${query.join('&')}`
}

/** The value of the header; undefined if the ID is empty or has control characters other than tabs, which headers cannot hold. */
export function lastEventIdHeader(lastEventId: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- matches control characters
  if (lastEventId === '' || /[\0-\x08\x0a-\x1f\x7f]/.test(lastEventId)) return undefined
  return headerValue(lastEventId)
}
