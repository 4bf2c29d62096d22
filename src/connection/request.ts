/** What goes out at each attempt to connect. */

import { percentDecode } from '../platform/header-value.ts'
import {
  acceptedMembers,
  hasForbiddenHeaders,
  headerValue,
  noTimeoutInit,
  passesCredentialsOn,
} from '../platform/platform.ts'
import { isCredential, merged, toRecord, type HeaderMap } from './headers.ts'
import { isStream, type RequestBody } from './request-body.ts'
import { isHTTP } from './url.ts'

/** They say what is sent, and no more. */
const PUBLIC_HEADERS = /^(?:accept|content-|cache-control|user-agent)/
const SCHEME = /^[a-z]+ +/i
const NAME = /^[^=]*=/

/** What a `fetch` of the caller's gets as its second argument. Pass members on that you do not know. */
export interface FetchLikeInit {
  /** The option `method`. */
  method: string
  /** Absent where the runtime's `fetch` throws for it, as are `credentials` and `cache`. */
  mode?: 'cors'
  /** As the option `withCredentials` says. */
  credentials?: 'include' | 'same-origin'
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

/** What the caller asks of one attempt. */
export interface RequestParts {
  url: URL
  method: string
  headers: HeaderMap
  body: RequestBody | undefined
}

/** What the connection adds. */
export interface RequestSettings {
  withCredentials: boolean
  /** Whether redirects are followed by hand. */
  manual: boolean
  fetchOptions: object
  /** Undefined where neither the caller nor the stream has named one. */
  lastEventId: string | undefined
  /** The query parameter that carries it instead of the header. */
  lastEventIdParameter: string | undefined
  signal: AbortSignal
}

/** The arguments for `fetch`. (HTML standard, 9.2.2, "create a potential-CORS request" and the steps after it) */
export function buildRequest(parts: RequestParts, settings: RequestSettings): [url: string, init: FetchLikeInit] {
  const { method, body } = parts
  const { withCredentials, fetchOptions, lastEventId, lastEventIdParameter, signal } = settings

  const url = new URL(parts.url)
  url.hash = ''
  const headers = new Map(merged(ownHeaders(url, body), parts.headers))
  // Fetch refuses URLs with credentials.
  url.username = url.password = ''

  let { href } = url
  if (lastEventId !== undefined) {
    // One that the caller set is where it started, not where the stream is.
    headers.delete('last-event-id')
    if (lastEventIdParameter !== undefined) href = withParameter(url, lastEventIdParameter, lastEventId)
    else {
      const value = lastEventIdHeader(lastEventId)
      if (value !== undefined) headers.set('last-event-id', ['Last-Event-ID', value])
    }
  }

  const init: FetchLikeInit = {
    ...acceptedMembers({
      mode: 'cors',
      credentials: withCredentials ? 'include' : 'same-origin',
      cache: 'no-store',
    } as const),
    ...noTimeoutInit(fetchOptions),
    method,
    redirect: settings.manual || needsCare(headers) ? 'manual' : 'follow',
    headers: toRecord(headers),
    signal,
  }
  if (body !== undefined) init.body = body
  if (isStream(body)) init.duplex = 'half'
  return [href, init]
}

/**
 * What no error may show: the values of the caller's headers, and of the URL the query, the user and the password. Not texts so
 * short that they stand in words which have nothing to do with them.
 */
export function secretsOf(url: URL, headers: HeaderMap = new Map()): string[] {
  const { search, searchParams, username, password } = url
  const values = [...merged(credentials(url), headers)].filter(([key]) => !PUBLIC_HEADERS.test(key))
  const texts = values.map(([, [, value]]) => value.replace(SCHEME, ''))
  // They may be quoted in parts: one cookie of several, a parameter, decoded or not.
  const parts = [...texts.join(';').split(/[;,\s]+/), ...search.slice(1).split('&')].map((pair) =>
    pair.replace(NAME, ''),
  )
  return [
    ...[...texts, search, username, password, percentDecode(password)].filter(({ length }) => length >= 4),
    ...[...parts, ...searchParams.values()].filter(({ length }) => length >= 6),
  ]
}

/** What the standard and a URL's user and password ask for; the caller's win over them. */
function ownHeaders(url: URL, body: unknown): HeaderMap {
  const headers = new Map<string, [string, string]>([['accept', ['Accept', 'text/event-stream']]])
  // Browsers send this for `no-store` by themselves, and for a header of ours they would ask the server first. Deno and Bun
  // do not send it.
  if (!hasForbiddenHeaders()) headers.set('cache-control', ['Cache-Control', 'no-cache'])
  // As Fetch says; Bun (1.4) sends none.
  if (typeof body === 'string') headers.set('content-type', ['Content-Type', 'text/plain;charset=UTF-8'])
  return merged(headers, credentials(url))
}

/** Whether `fetch` would send on what another origin must not see. */
function needsCare(headers: HeaderMap): boolean {
  return passesCredentialsOn() && [...headers.keys()].some(isCredential)
}

function credentials({ username, password }: URL): HeaderMap {
  if (username === '' && password === '') return new Map()
  const encoded = btoa(`${percentDecode(username)}:${percentDecode(password)}`)
  return new Map([['authorization', ['Authorization', `Basic ${encoded}`]]])
}

/** Appends to the query as it stands: URLs may be signed, and to serialize the query anew could change its bytes. */
function withParameter(url: URL, name: string, value: string): string {
  if (value === '' || !isHTTP(url)) return url.href
  const separator = !url.href.includes('?') ? '?' : /[?&]$/.test(url.href) ? '' : '&'
  return `${url.href}${separator}${encodeURIComponent(name)}=${encodeURIComponent(value)}`
}

/** The value of the header; undefined where there is to be none, as control characters, save tabs, cannot stand in one. */
export function lastEventIdHeader(lastEventId: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (lastEventId === '' || /[\0-\x08\x0a-\x1f\x7f]/.test(lastEventId)) return undefined
  return headerValue(lastEventId)
}
