/** The method and the body of a request. */

import { classNameOf, foreignClassOf, NODE_STREAM_HINT, supportsRequestStreams } from '../platform/platform.ts'
import { BODY_CLASSES } from '../platform/request-probes.ts'
import { NAME } from './headers.ts'
import { checked, displayKind, isString, option } from '../input/checks.ts'

/** The body of a request: every type that `fetch` can send in all runtimes. */
export type RequestBody = string | ArrayBuffer | ArrayBufferView | Blob | FormData | URLSearchParams | ReadableStream

/**
 * The method in upper case. (Fetch does not normalize `patch`, which few servers accept in lower case.)
 *
 * @throws a `TypeError` if fetch does not allow the method
 */
export function readMethod(given: unknown, place = option('method')): string {
  return checked(place, given, isMethod, 'a method that fetch allows')?.toUpperCase() ?? 'GET'
}

/** Whether fetch allows the method. */
export function isMethod(value: unknown): value is string {
  return isString(value) && NAME.test(value) && !/^(?:connect|trace|track)$/i.test(value)
}

/** Whether requests with that method cannot have a body. */
export function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

const WANTED = `a string (JSON.stringify(…) for an object), bytes, a Blob, FormData, URLSearchParams or a ReadableStream${NODE_STREAM_HINT}`

const BODY = /* @__PURE__ */ option('body')

/**
 * Validates a body; `null` and `undefined` mean none.
 *
 * @param isRuntimeFetch whether the runtime's `fetch` sends it, which may not support other copies of its classes
 * @throws a `TypeError` that does not contain the body
 */
export function checkedBody(given: unknown, isRuntimeFetch: boolean, place = BODY): RequestBody | undefined {
  const isBody = (value: unknown): value is RequestBody =>
    isString(value) ||
    (ArrayBuffer.isView(value)
      ? classNameOf(value.buffer) === 'ArrayBuffer'
      : BODY_CLASSES.includes(classNameOf(value)))
  const wanted = place === BODY ? `${WANTED}, or a function that returns one of these` : WANTED
  const body = checked(place, given ?? undefined, isBody, wanted, displayKind)
  if (!isRuntimeFetch) return body
  if (isStream(body) && !supportsRequestStreams()) throw cannotSend(place, 'ReadableStream')
  const foreign = foreignClassOf(body)
  if (foreign !== undefined) throw cannotSend(place, `${foreign} from another library`)
  return body
}

function cannotSend(place: string, value: string): TypeError {
  return new TypeError(`${place} is a ${value}, which fetch cannot send in this runtime`)
}

/** Explains why a stream cannot be sent again. */
export const STREAM_SENT_ONCE = 'a ReadableStream "body" can be sent only once. Pass a function that returns a new one'

/** Whether the body can be sent only once. */
export function isStream(body: unknown): body is ReadableStream {
  return classNameOf(body) === 'ReadableStream'
}
