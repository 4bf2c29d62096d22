/** The caller's headers. */

import { dropsHeader } from '../platform/platform.ts'
import { displayKind, isObject, isPromise } from '../input/checks.ts'

/** Headers of a request: names and values; a name whose value is `undefined` is absent. */
export type RequestHeaders = Record<string, string | undefined> | readonly (readonly [string, string])[] | Headers

/** Headers by their names in lower case, with the names as they were written. */
export type HeaderMap = ReadonlyMap<string, readonly [name: string, value: string]>

const NO_HEADERS: HeaderMap = new Map()

const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Fetch takes bytes, one character each; servers and runtimes refuse control characters, save for tabs. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const WHITESPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g
/** What Fetch removes together with a body. (Fetch standard, "request-body-header name") */
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']

/**
 * Reads a record, an array of pairs or a `Headers`; `undefined` is none.
 *
 * @param isOurFetch whether the runtime's `fetch` will send them: a browser's drops some
 * @param what where they come from, as the caller knows it
 * @throws a `TypeError` that names the header, never its value, which may be a secret
 */
export function readHeaders(given: unknown, isOurFetch: boolean, what = 'The option "headers"'): HeaderMap {
  if (given === undefined) return NO_HEADERS
  if (!isObject(given) || typeof given === 'function' || isPromise(given)) {
    throw new TypeError(`${what} must be an object, an array of pairs or a Headers, not ${displayKind(given)}`)
  }
  const headers = new Map<string, readonly [string, string]>()
  const entries: Iterable<unknown> = Symbol.iterator in given ? (given as Iterable<unknown>) : Object.entries(given)
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw new TypeError('The option "headers" holds something that is no pair of a name and a value')
    }
    const [name, value] = entry as [unknown, unknown]
    if (value === undefined) continue
    const checkedName = readName(name, isOurFetch)
    const key = checkedName.toLowerCase()
    const before = headers.get(key)?.[1]
    const own = readValue(checkedName, value)
    headers.set(key, [checkedName, before === undefined ? own : `${before}${key === 'cookie' ? '; ' : ', '}${own}`])
  }
  return headers
}

/** Both, of which the second wins. */
export function merged(first: HeaderMap, second: HeaderMap): HeaderMap {
  return new Map([...first, ...second])
}

/** Without those that describe a body. */
export function withoutBodyHeaders(headers: HeaderMap): HeaderMap {
  return new Map([...headers].filter(([key]) => !describesBody(key)))
}

/** Those that a redirect to another origin removes. (Fetch standard, 4.4, "HTTP-redirect fetch") */
export function isCredential(name: string): boolean {
  return /^(?:proxy-)?authorization$|^cookie$/i.test(name)
}

export function describesBody(name: string): boolean {
  return BODY_HEADERS.includes(name.toLowerCase())
}

/** In the plain form that a `fetch` of the caller's can spread. */
export function toRecord(headers: HeaderMap): Record<string, string> {
  return Object.fromEntries(headers.values())
}

function readName(name: unknown, isOurFetch: boolean): string {
  if (typeof name !== 'string' || !NAME.test(name)) {
    const shown = typeof name === 'string' ? `"${name}"` : displayKind(name)
    throw new TypeError(`The option "headers" has the name ${shown}, which is no name of a header`)
  }
  if (isOurFetch && dropsHeader(name)) {
    throw new TypeError(
      `The option "headers" has the header "${name}", which this runtime does not let scripts set: it would be dropped`,
    )
  }
  return name
}

function readValue(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    // A number may be a secret too.
    const kind = typeof value === 'object' ? displayKind(value) : typeof value
    throw new TypeError(`The header "${name}" in the option "headers" must be a string, not ${kind}`)
  }
  const trimmed = value.replace(WHITESPACE, '')
  if (VALUE.test(trimmed)) return trimmed
  throw new TypeError(
    `The header "${name}" in the option "headers" holds a character that no header can: a line end, another control character or one past U+00FF`,
  )
}
