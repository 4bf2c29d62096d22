/** What differs between the runtimes' `fetch`. */

import { runtime } from './globals.ts'
import { hasGlobalDispatcher, NOWHERE, patientDispatcher } from './node-dispatcher.ts'

/** What to do where a `fetch` does not stream. */
export const STREAMING_FETCH = 'Pass a fetch that streams as the option "fetch", in React Native that of expo/fetch'

/**
 * True where requests obey the browsers' rules for pages: a header of one's own costs a CORS preflight there. Such a runtime
 * also guards the names that a page must not set, and that shows without a request.
 */
export function hasForbiddenHeaders(): boolean {
  return dropsHeader('Origin')
}

/** Whether this runtime's `fetch` leaves out a header of that name: browsers do, without a word, with some. */
export function dropsHeader(name: string): boolean {
  // Only Bun sends another than that of the URL.
  if (name.toLowerCase() === 'host') return !runtime.Bun
  if (!runtime.Request) return false
  return !new runtime.Request(NOWHERE, { headers: { [name]: 'x' } }).headers.has(name)
}

/** The Content-Type that this runtime's `Request` gives a body by itself. What it does not know it sends as text. */
export function contentTypeOf(body: unknown): string {
  if (!runtime.Request) return ''
  return new runtime.Request(NOWHERE, { method: 'POST', body: body as never }).headers.get('Content-Type') ?? ''
}

/** Whether a stream can be a request's body. Runtimes that know no such bodies send their name as text. */
export function sendsStreams(): boolean {
  if (!runtime.Request) return true
  // It is a polyfill's, then.
  if (!runtime.ReadableStream) return false
  const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
  return refusalOf(init) === undefined && !new runtime.Request(NOWHERE, init).headers.has('Content-Type')
}

/** This runtime's `fetch`, or why it cannot bring a stream, and what to do. */
export function streamingFetch(): typeof globalThis.fetch | string {
  const { fetch, Response } = runtime
  if (!fetch) return 'this runtime has no fetch. Pass one as the option "fetch"'
  // React Native's is whatwg-fetch (3), whose promise waits for the end of the body; other fetches may have taken its place.
  if (fetch.polyfill !== true || !Response || 'body' in new Response()) return fetch
  return `the fetch of this runtime does not stream. ${STREAMING_FETCH}`
}

/** What this runtime's `Request` has against members of an init, if anything. */
export function refusalOf(init: object): string | undefined {
  try {
    if (runtime.Request) new runtime.Request(NOWHERE, init)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/**
 * Those members of a fetch init that this runtime's `Request` accepts. Workers throw for some that only a browser can
 * honour, instead of ignoring them.
 */
export function acceptedMembers<Init extends object>(init: Init): Partial<Init> {
  if (refusalOf(init) === undefined) return init
  const members = Object.entries(init).filter(([name, value]) => refusalOf({ [name]: value as unknown }) === undefined)
  return Object.fromEntries(members) as Partial<Init>
}

/**
 * Whether `fetch` follows a redirect to another origin with the caller's credentials in the headers, instead of removing them.
 * (Fetch standard, 4.4, "HTTP-redirect fetch") That of Workers does: with Cookie and Proxy-Authorization always, with
 * Authorization where the compatibility date is before September 2025. It shows only on the wire; nobody else has WebSocketPair.
 * (Fact 39)
 */
export function passesCredentialsOn(): boolean {
  return runtime.WebSocketPair !== undefined
}

/**
 * The caller's members, and those that keep an idle body alive where the runtime would end it: Node after 300 s, Bun after
 * about as long.
 */
export function patientMembers(callers: { dispatcher?: unknown }): object {
  const members = runtime.Bun ? { timeout: false, ...callers } : callers
  const { dispatcher } = callers
  // One that the caller brings is for a fetch that takes it.
  if (dispatcher === undefined && !hasGlobalDispatcher()) return members
  return { ...members, dispatcher: patientDispatcher(dispatcher) }
}
