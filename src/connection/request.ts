/** What goes out at each attempt to connect. */

import { acceptedMembers, hasForbiddenHeaders, patientMembers } from '../platform/fetch.ts'
import { headerValue } from '../platform/header-encoding.ts'

/** What a `fetch` of the caller's gets as its second argument. Pass members on that you do not know. */
export interface FetchLikeInit {
  method: 'GET'
  mode?: 'cors'
  credentials?: 'include' | 'same-origin'
  cache?: 'no-store'
  redirect: 'follow'
  headers: Record<string, string>
  signal: AbortSignal
}

/** What a `fetch` of the caller's must return: a `Response`, or as much of one. */
export interface FetchLikeResponse {
  readonly status: number
  /** The final URL, after redirects. Empty or missing: that of the request. */
  readonly url?: string | undefined
  readonly headers: { get(name: string): string | null }
  /** A web `ReadableStream` of bytes */
  readonly body: unknown
}

/** `fetch`, or a function in its place. */
export type FetchLike = (url: string, init: FetchLikeInit) => Promise<FetchLikeResponse>

/** What the request is made of, besides its URL. */
export interface RequestSettings {
  withCredentials: boolean
  lastEventId: string
  signal: AbortSignal
}

/** The arguments for `fetch`. (HTML standard, 9.2.2, "create a potential-CORS request" and the steps after it) */
export function buildRequest(target: URL, settings: RequestSettings): [url: string, init: FetchLikeInit] {
  const { withCredentials, lastEventId, signal } = settings

  const headers: Record<string, string> = { Accept: 'text/event-stream' }
  // Browsers send this for `no-store` by themselves, and for a header of ours they would ask the server first. Deno and Bun
  // do not send it.
  if (!hasForbiddenHeaders()) headers['Cache-Control'] = 'no-cache'
  if (lastEventId !== '' && fitsHeader(lastEventId)) headers['Last-Event-ID'] = headerValue(lastEventId)

  const url = new URL(target)
  url.hash = ''
  // Fetch refuses URLs with credentials.
  if (url.username !== '' || url.password !== '') {
    headers.Authorization = `Basic ${btoa(`${percentDecode(url.username)}:${percentDecode(url.password)}`)}`
    url.username = ''
    url.password = ''
  }

  const init: FetchLikeInit = {
    method: 'GET',
    redirect: 'follow',
    ...acceptedMembers({
      mode: 'cors',
      credentials: withCredentials ? 'include' : 'same-origin',
      cache: 'no-store',
    } as const),
    ...patientMembers(),
    headers,
    signal,
  }
  return [url.href, init]
}

/** Control characters cannot stand in a header, save a tab. */
function fitsHeader(value: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  return !/[\0-\x08\x0a-\x1f\x7f]/.test(value)
}

/** The bytes that a user name or password stands for, one character each; the URL parser left nothing but ASCII. */
function percentDecode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
