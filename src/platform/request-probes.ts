/** What this runtime's `Request` shows of its `fetch`. */

import { runtime } from './globals.ts'

/** For requests that are only made to see what the runtime does with them, never sent. */
const PROBE_URL = 'http://localhost/'

/** Probes once for each `Request` class: tests and polyfills replace it. */
export function oncePerRequestClass<T>(probe: () => T): () => T {
  let probed: typeof Request | null | undefined = null
  let result: T
  return () => {
    if (probed !== runtime.Request) {
      probed = runtime.Request
      result = probe()
    }
    return result
  }
}

/** The `Request` with that init; undefined where the runtime has no such class. */
export function probeRequest(init: object): Request | undefined {
  return runtime.Request && new runtime.Request(PROBE_URL, init)
}

/** Why this runtime's `Request` refuses an init; undefined where it takes it. */
export function refusalOf(init: object): string | undefined {
  try {
    probeRequest(init)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** Whether this runtime's `Request` leaves out a header of that name, as browsers do with some. */
export function losesHeader(name: string): boolean {
  return probeRequest({ headers: { [name]: 'x' } })?.headers.has(name) === false
}

/** Whether a stream can be a request's body. Runtimes that do not know such bodies send their name as text. */
export function sendsStreams(): boolean {
  if (!runtime.Request) return true
  // A polyfill's: the runtime's fetch does not know it.
  if (!runtime.ReadableStream) return false
  const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
  return refusalOf(init) === undefined && !probeRequest(init)?.headers.has('Content-Type')
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

/** Whether it is a FormData of a library that this runtime does not know, and would send as text. */
export function isForeignFormData(body: unknown): boolean {
  if (classNameOf(body) !== 'FormData') return false
  return !probeRequest({ method: 'POST', body })?.headers.get('Content-Type')?.startsWith('multipart/')
}

function isInstance(value: unknown, name: string): boolean {
  const known: unknown = (globalThis as Record<string, unknown>)[name]
  return typeof known === 'function' && value instanceof known
}
