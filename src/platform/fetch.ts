/** Differences between the runtimes' `fetch`. */

import { tryGet, hostFunction, runtime } from './globals.ts'
import { hasGlobalDispatcher, noTimeoutDispatcher } from './node-dispatcher.ts'
import {
  requestDropsHeader,
  oncePerRequestClass,
  probeRequest,
  initError,
  probeStreamSupport as probeStreams,
} from './request-probes.ts'

/** The fix for a `fetch` that does not stream. Typed `string` because the browser build has a different text. */
export const STREAMING_FETCH_HINT =
  'Pass a streaming fetch as option "fetch", such as expo/fetch in React Native' as string

export const NODE_STREAM_HINT = ' (Readable.toWeb(…) for a Node stream)' as string

/**
 * Whether the runtime applies the browsers' rules for pages, where a custom header costs a CORS preflight. Such a runtime also
 * drops forbidden header names, which can be detected without a request.
 */
export const hasForbiddenHeaders = /* @__PURE__ */ oncePerRequestClass(() => requestDropsHeader('Origin'))

/** Whether this runtime's `fetch` silently drops the header, as browsers do with forbidden names. */
export function dropsHeader(name: string): boolean {
  // Only Bun sends a custom Host.
  if (name.toLowerCase() === 'host') return !isBun()
  return hasForbiddenHeaders() && requestDropsHeader(name)
}

/** Whether `fetch` accepts a stream as the request body. */
export const supportsRequestStreams = /* @__PURE__ */ oncePerRequestClass(probeStreams)

/** This runtime's `fetch`, or a message if it cannot stream. */
export function streamingFetch(): typeof globalThis.fetch | string {
  const fetch = hostFunction('fetch')
  if (!fetch) return 'this runtime has no fetch. Pass one as option "fetch"'
  // React Native uses whatwg-fetch (3), whose promise waits for the whole body, unless another fetch replaces it.
  if (fetch.polyfill !== true || tryGet(() => 'body' in new Response()) !== false) return fetch
  return `fetch does not stream in this runtime. ${STREAMING_FETCH_HINT}`
}

function isBun(): boolean {
  return Boolean(tryGet(() => runtime.Bun))
}

const EXAMPLE = { mode: 'cors', credentials: 'same-origin', cache: 'no-store' }

/** Workers reject members that only a browser can honor, regardless of their value. */
const refusedMembers = /* @__PURE__ */ oncePerRequestClass(() =>
  Object.entries(EXAMPLE).flatMap(([name, value]) => (initError({ [name]: value }) === undefined ? [] : [name])),
)

/** The members of a fetch init that this runtime's `Request` accepts. */
export function acceptedMembers<Init extends object>(init: Init): Partial<Init> {
  const refused = refusedMembers()
  if (refused.length === 0) return init
  return Object.fromEntries(Object.entries(init).filter(([name]) => !refused.includes(name))) as Partial<Init>
}

/** Whether `fetch` blocked the port. Only Node reports it. (Fetch standard, "bad port") */
export function isBlockedPort(thrown: unknown): boolean {
  return tryGet(() => (thrown as Error).cause as Error | undefined)?.message === 'bad port'
}

/** Whether a redirect to another origin removes the header. (Fetch standard, 4.4, "HTTP-redirect fetch") */
export function isCredential(name: string): boolean {
  return /^(?:proxy-)?authorization$|^cookie$/i.test(name)
}

/**
 * Whether `fetch` forwards credentials in these headers to another origin on a redirect. Workers do: Cookie and
 * Proxy-Authorization always, Authorization with a compatibility date before September 2025. This is visible only on the wire, so
 * Workers are detected by WebSocketPair. (Conformance suite, fact 39)
 */
export function forwardsCredentials(headers: object): boolean {
  return tryGet(() => runtime.WebSocketPair) !== undefined && Object.keys(headers).some(isCredential)
}

/** Headers that the standard requires but this runtime's `fetch` does not send. */
export function missingHeaders(body: unknown): Record<string, string> {
  return {
    // Deno and Bun do not send this for `no-store`. Browsers do, and setting it there would cost a CORS preflight.
    ...(!hasForbiddenHeaders() && { 'Cache-Control': 'no-cache' }),
    // Bun (1.4) does not send it.
    ...(typeof body === 'string' && { 'Content-Type': 'text/plain;charset=UTF-8' }),
  }
}

/**
 * Whether `fetch` supports a dispatcher, like undici: then its `Request` class reads that member. (Workers list an undici version
 * in `process.versions` but do not support one.)
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
 * The caller's fetch members, plus those that disable the runtime's timeout for idle bodies: 300 s in Node, about the same in
 * Bun.
 */
export function noTimeoutInit(callers: { dispatcher?: unknown }): object {
  const members = isBun() ? { timeout: false, ...callers } : callers
  const { dispatcher } = callers
  // A dispatcher from the caller is for a fetch that supports it.
  if (dispatcher === undefined && !(hasGlobalDispatcher() && supportsDispatcher())) return members
  return { ...members, dispatcher: noTimeoutDispatcher(dispatcher) }
}
