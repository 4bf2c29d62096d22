/** What this runtime's `Request` shows of its `fetch`. */

import { tryGet, hostFunction } from './globals.ts'

/** For requests that are only made to see what the runtime does with them, never sent. */
const PROBE_URL = 'http://localhost/'

/** Probes once for each `Request` class: tests and polyfills replace it. */
export function oncePerRequestClass<T>(probe: () => T): () => T {
  let probed: typeof Request | null | undefined = null
  let result: T
  return () => {
    const current = hostFunction('Request')
    if (probed !== current) {
      probed = current
      result = probe()
    }
    return result
  }
}

/** The `Request` with that init; undefined where the runtime has no such class. */
export function probeRequest(init: object): Request | undefined {
  const Request = hostFunction('Request')
  return Request && new Request(PROBE_URL, init)
}

/** Whether `Request` says anything of the runtime: a stub may refuse everything. */
const isUsable = /* @__PURE__ */ oncePerRequestClass(() => tryGet(() => probeRequest({ method: 'POST' })) !== undefined)

/** Why this runtime's `Request` refuses an init; undefined where it takes it, and where it is a stub that refuses everything. */
export function initError(init: object): string | undefined {
  if (!isUsable()) return undefined
  try {
    probeRequest(init)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/**
 * Why `fetch` will never send a request with that signal, and what to do; undefined where it may. Test environments and polyfills bring
 * an AbortController that the runtime's `fetch` refuses with a TypeError, as it does when the network fails.
 */
export function signalProblem(signal: AbortSignal): string | undefined {
  return initError({ signal }) && FOREIGN_SIGNAL
}

const FOREIGN_SIGNAL = 'fetch rejects this AbortController. Use both from the same realm'

/** Whether this runtime's `Request` leaves out a header of that name, as browsers do with some. */
export function requestDropsHeader(name: string): boolean {
  return tryGet(() => probeRequest({ headers: { [name]: 'x' } })?.headers.has(name)) === false
}

/** Whether a stream can be a request's body. Runtimes that do not know such bodies send their name as text. */
export function probeStreamSupport(): boolean {
  if (!isUsable()) return true
  // A polyfill's stream is not known to the runtime's fetch.
  return (
    tryGet(() => {
      const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
      return !probeRequest(init)?.headers.has('Content-Type')
    }) === true
  )
}

/** What `fetch` sends. By their names: a polyfill's, or another realm's, is no instance of the runtime's class. */
export const BODY_CLASSES = ['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams', 'ReadableStream']

export function toStringTagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

/** The name of a body's class. */
export function classNameOf(value: unknown): string {
  const name = toStringTagOf(value)
  // Workers with a compatibility date before September 2024 say it of all their objects.
  return name === 'Object' ? (BODY_CLASSES.find((known) => isInstance(value, known)) ?? name) : name
}

/** The class of a FormData, Blob or File that another library brings, and this runtime would send as text. */
export function foreignClassOf(body: unknown): string | undefined {
  const name = classNameOf(body)
  if (!['FormData', 'Blob', 'File'].includes(name)) return undefined
  const request = tryGet(() => probeRequest({ method: 'POST', body }))
  // Without a usable Request it cannot be known.
  if (!request) return undefined
  const type = request.headers.get('Content-Type') ?? ''
  // A Blob's own type is in lower case.
  const isKnown = name === 'FormData' ? type.startsWith('multipart/') : type !== 'text/plain;charset=UTF-8'
  return isKnown ? undefined : name
}

function isInstance(value: unknown, name: string): boolean {
  const known = hostFunction(name as 'ReadableStream')
  return known !== undefined && value instanceof known
}
