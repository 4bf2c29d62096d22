/** Probes this runtime's `fetch` through its `Request` class. */

import { tryGet, hostFunction } from './globals.ts'

/** Probe requests are never sent. */
const PROBE_URL = 'http://localhost/'

/** Probes once per `Request` class, because tests and polyfills replace it. */
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

/** A `Request` with that init; undefined if the runtime lacks the class. */
export function probeRequest(init: object): Request | undefined {
  const Request = hostFunction('Request')
  return Request && new Request(PROBE_URL, init)
}

/** Whether `Request` works: a stub may reject everything. */
const isUsable = /* @__PURE__ */ oncePerRequestClass(() => tryGet(() => probeRequest({ method: 'POST' })) !== undefined)

/** The error from this runtime's `Request` for an init; undefined if it accepts it, or is a stub that rejects everything. */
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
 * A message if `fetch` never accepts the signal. Test environments and polyfills have an AbortController that the runtime's
 * `fetch` rejects with a TypeError, the same error as for a network failure.
 */
export function signalProblem(signal: AbortSignal): string | undefined {
  return initError({ signal }) && FOREIGN_SIGNAL
}

const FOREIGN_SIGNAL = 'fetch rejects this AbortController. Use both from the same realm'

/** Whether this runtime's `Request` drops the header, as browsers do with forbidden names. */
export function requestDropsHeader(name: string): boolean {
  return tryGet(() => probeRequest({ headers: { [name]: 'x' } })?.headers.has(name)) === false
}

/** Whether a stream can be a request body. Runtimes without support send its class name as text. */
export function probeStreamSupport(): boolean {
  if (!isUsable()) return true
  // The runtime's fetch does not accept a polyfill's stream.
  return (
    tryGet(() => {
      const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
      return !probeRequest(init)?.headers.has('Content-Type')
    }) === true
  )
}

/** The bodies that `fetch` sends. Compared by name, because a polyfill's object is not an instance of the runtime's class. */
export const BODY_CLASSES = ['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams', 'ReadableStream']

export function toStringTagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

/** The class name of a body. */
export function classNameOf(value: unknown): string {
  const name = toStringTagOf(value)
  // Workers with a compatibility date before September 2024 report Object for all their classes.
  return name === 'Object' ? (BODY_CLASSES.find((known) => isInstance(value, known)) ?? name) : name
}

/** The class name of a FormData, Blob or File from another library, which this runtime would send as text. */
export function foreignClassOf(body: unknown): string | undefined {
  const name = classNameOf(body)
  if (!['FormData', 'Blob', 'File'].includes(name)) return undefined
  const request = tryGet(() => probeRequest({ method: 'POST', body }))
  // Cannot be detected without a working Request.
  if (!request) return undefined
  const type = request.headers.get('Content-Type') ?? ''
  // A Blob's own type is always in lower case.
  const isKnown = name === 'FormData' ? type.startsWith('multipart/') : type !== 'text/plain;charset=UTF-8'
  return isKnown ? undefined : name
}

function isInstance(value: unknown, name: string): boolean {
  const known = hostFunction(name as 'ReadableStream')
  return known !== undefined && value instanceof known
}
