/** What differs between the runtimes' `fetch`. */

import { tryGet, hostFunction, runtime } from './globals.ts'
import { hasGlobalDispatcher, noTimeoutDispatcher } from './node-dispatcher.ts'
import {
  requestDropsHeader,
  oncePerRequestClass,
  probeRequest,
  initError,
  probeStreamSupport as probeStreams,
} from './request-probes.ts'

/** What to do where a `fetch` does not stream. A `string`, because the browser build has another text. */
export const STREAMING_FETCH_HINT =
  'Pass a streaming fetch as option "fetch", such as expo/fetch in React Native' as string

export const NODE_STREAM_HINT = ' (Readable.toWeb(…) for a Node stream)' as string

/**
 * Whether requests obey the browsers' rules for pages: a custom header costs a CORS preflight there. Such a runtime also guards
 * the names that a page must not set, and that shows without a request.
 */
export const hasForbiddenHeaders = /* @__PURE__ */ oncePerRequestClass(() => requestDropsHeader('Origin'))

/** Whether this runtime's `fetch` silently leaves out a header of that name: browsers do with some. */
export function dropsHeader(name: string): boolean {
  // Only Bun sends another than that of the URL.
  if (name.toLowerCase() === 'host') return !isBun()
  return hasForbiddenHeaders() && requestDropsHeader(name)
}

/** Whether a stream can be a request's body. */
export const supportsRequestStreams = /* @__PURE__ */ oncePerRequestClass(probeStreams)

/** This runtime's `fetch`, or why it cannot bring a stream, and what to do. */
export function streamingFetch(): typeof globalThis.fetch | string {
  const fetch = hostFunction('fetch')
  if (!fetch) return 'this runtime has no fetch. Pass one as option "fetch"'
  // React Native's is whatwg-fetch (3), whose promise waits for the end of the body; other fetches may have replaced it.
  if (fetch.polyfill !== true || tryGet(() => 'body' in new Response()) !== false) return fetch
  return `fetch does not stream in this runtime. ${STREAMING_FETCH_HINT}`
}

function isBun(): boolean {
  return Boolean(tryGet(() => runtime.Bun))
}

const EXAMPLE = { mode: 'cors', credentials: 'same-origin', cache: 'no-store' }

/** Workers throw for members that only a browser can honor, whatever their value. */
const refusedMembers = /* @__PURE__ */ oncePerRequestClass(() =>
  Object.entries(EXAMPLE).flatMap(([name, value]) => (initError({ [name]: value }) === undefined ? [] : [name])),
)

/** Those members of a fetch init that this runtime's `Request` accepts. */
export function acceptedMembers<Init extends object>(init: Init): Partial<Init> {
  const refused = refusedMembers()
  if (refused.length === 0) return init
  return Object.fromEntries(Object.entries(init).filter(([name]) => !refused.includes(name))) as Partial<Init>
}

/** Whether `fetch` blocks the port, as it blocks those of other protocols. Only Node's says so. (Fetch standard, "bad port") */
export function isBlockedPort(thrown: unknown): boolean {
  return tryGet(() => (thrown as Error).cause as Error | undefined)?.message === 'bad port'
}

/** Headers that a redirect to another origin removes. (Fetch standard, 4.4, "HTTP-redirect fetch") */
export function isCredential(name: string): boolean {
  return /^(?:proxy-)?authorization$|^cookie$/i.test(name)
}

/**
 * Whether `fetch` would follow a redirect to another origin with credentials among these headers, instead of removing them. That of
 * Workers does: Cookie and Proxy-Authorization always, Authorization with a compatibility date before September 2025. It shows only
 * on the wire; only Workers have WebSocketPair. (Fact 39)
 */
export function forwardsCredentials(headers: object): boolean {
  return tryGet(() => runtime.WebSocketPair) !== undefined && Object.keys(headers).some(isCredential)
}

/** Headers that the standard asks for and this runtime's `fetch` does not send. */
export function missingHeaders(body: unknown): Record<string, string> {
  return {
    // Browsers send this for `no-store`, and would ask the server first for a header of ours. Deno and Bun do not send it.
    ...(!hasForbiddenHeaders() && { 'Cache-Control': 'no-cache' }),
    // Bun (1.4) sends none.
    ...(typeof body === 'string' && { 'Content-Type': 'text/plain;charset=UTF-8' }),
  }
}

/**
 * Whether `fetch` takes a dispatcher, as undici's does: then its `Request` class looks for one. (Workers name a version of undici
 * among those of their `process`, but take none.)
 */
export const supportsDispatcher = /* @__PURE__ */ oncePerRequestClass((): boolean => {
  let isLookedFor = false
  const init: object = {
    get dispatcher() {
      isLookedFor = true
      return undefined
    },
  }
  tryGet(() => probeRequest(init))
  return isLookedFor
})

/**
 * The caller's members, and those that keep an idle body alive where the runtime would end it: Node after 300 s, Bun after
 * about as long.
 */
export function noTimeoutInit(callers: { dispatcher?: unknown }): object {
  const members = isBun() ? { timeout: false, ...callers } : callers
  const { dispatcher } = callers
  // One that the caller brings is for a fetch that takes it.
  if (dispatcher === undefined && !(hasGlobalDispatcher() && supportsDispatcher())) return members
  return { ...members, dispatcher: noTimeoutDispatcher(dispatcher) }
}
