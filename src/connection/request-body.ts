/** The method and the body of a request. */

import { contentTypeOf, sendsStreams } from '../platform/request-probes.ts'
import { checked, displayKind, isString } from '../input/checks.ts'

/** The body of a request: what `fetch` sends in every runtime. */
export type RequestBody = string | ArrayBuffer | ArrayBufferView | Blob | FormData | URLSearchParams | ReadableStream

/** Those that fetch sends (it refuses CONNECT and TRACE) and that a stream can come from. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']

/**
 * The method in capitals. (Fetch leaves `patch` as it is, which few servers know.)
 *
 * @throws a `TypeError` when there is no such method
 */
export function readMethod(given: unknown): string {
  const isMethod = (value: unknown): value is string =>
    isString(value) && /^[a-z]+$/i.test(value) && METHODS.includes(value.toUpperCase())
  return checked('method', given, isMethod, `one of ${METHODS.join(', ')}`)?.toUpperCase() ?? 'GET'
}

/** Whether requests of that method have no body. */
export function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** By their names: a polyfill's, or another realm's, is no instance of the runtime's class. */
const CLASSES = ['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams', 'ReadableStream']

const WANTED = 'a string, bytes, a Blob, FormData, URLSearchParams or a ReadableStream'

/**
 * Checks a body; `null` and `undefined` are none.
 *
 * @param isOurFetch whether the runtime's `fetch` will send it, which may not know other copies of its classes
 * @throws a `TypeError` that does not show the body
 */
export function checkedBody(given: unknown, isOurFetch: boolean): RequestBody | undefined {
  const isBody = (value: unknown): value is RequestBody =>
    isString(value) ||
    (ArrayBuffer.isView(value) ? className(value.buffer) === 'ArrayBuffer' : CLASSES.includes(className(value)))
  const body = checked('body', given ?? undefined, isBody, WANTED, (value) => `${displayKind(value)}${hint(value)}`)
  if (!isOurFetch) return body
  if (isStream(body) && !sendsStreams()) throw cannotSend('ReadableStream')
  if (className(body) === 'FormData' && !contentTypeOf(body).startsWith('multipart/')) {
    throw cannotSend('FormData of another library')
  }
  return body
}

function cannotSend(what: string): TypeError {
  return new TypeError(`The option "body" is a ${what}, which the fetch of this runtime cannot send`)
}

/** What to do about a body that would have to be sent again. */
export const SENT_ONCE =
  'the option "body" is a ReadableStream, which can be sent only once. Pass a function that returns a fresh one'

/** Whether it can be sent only once. */
export function isStream(body: unknown): body is ReadableStream {
  return className(body) === 'ReadableStream'
}

function className(value: unknown): string {
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1)
  // Workers with a compatibility date before September 2024 say it of all their objects.
  return name === 'Object' ? (CLASSES.find((known) => isInstance(value, known)) ?? name) : name
}

function isInstance(value: unknown, name: string): boolean {
  const known: unknown = (globalThis as Record<string, unknown>)[name]
  return typeof known === 'function' && value instanceof known
}

function hint(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  if ('pipe' in value) return '. Pass Readable.toWeb(…)'
  return ['Object', 'Array'].includes(className(value)) ? '. Pass JSON.stringify(…)' : ''
}
