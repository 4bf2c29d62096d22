/** The headers of a request: a plain object, with the names as the caller wrote them. */

import { displayKind, isObject, isPromise, isString, option } from '../input/checks.ts'
import { percentDecode } from '../platform/header-value.ts'
import { dropsHeader } from '../platform/platform.ts'

/** Headers of a request: names and values; a name whose value is `undefined` is absent. */
export type RequestHeaders = Record<string, string | undefined> | readonly (readonly [string, string])[] | Headers

/** Checked headers, no name twice. */
export type HeaderRecord = Readonly<Record<string, string>>

export const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Fetch takes bytes, one character each; servers and runtimes refuse control characters other than tabs. */
export const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const WHITESPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g
/** What Fetch removes together with a body. (Fetch standard, "request-body-header name") */
const BODY_HEADERS = /^content-(?:encoding|language|location|type|length)$/i

/**
 * Reads a record, an array of pairs or a `Headers`; `undefined` is none. Values of one name are joined as fetch joins them.
 *
 * @param isRuntimeFetch whether the runtime's `fetch` will send them: a browser's drops some
 * @param place where they come from; undefined: the option, which may be a function too
 * @throws a `TypeError` that names the place and the header, never its value, which may be a secret
 */
export function readHeaders(given: unknown, isRuntimeFetch: boolean, place?: string): HeaderRecord {
  const invalid = (problem: string): TypeError => new TypeError(`${place ?? option('headers')} ${problem}`)
  if (given === undefined) return {}
  if (!isObject(given) || typeof given === 'function' || isPromise(given)) {
    const wanted = place === undefined ? 'a Headers or a function that returns one of these' : 'or a Headers'
    throw invalid(`must be an object, an array of pairs, ${wanted}, got ${displayKind(given)}`)
  }
  const headers = new Map<string, [name: string, value: string]>()
  const entries: Iterable<unknown> = Symbol.iterator in given ? (given as Iterable<unknown>) : Object.entries(given)
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw invalid('must contain [name, value] pairs')
    }
    const [name, value] = entry as [unknown, unknown]
    if (value === undefined) continue
    if (!isString(name) || !NAME.test(name)) {
      throw invalid(`has an invalid name ${isString(name) ? `"${name}"` : displayKind(name)}`)
    }
    if (isRuntimeFetch && dropsHeader(name)) throw invalid(`has "${name}", which is forbidden here`)
    // A number may be a secret too.
    if (!isString(value))
      throw invalid(`needs a string for "${name}", got ${isObject(value) ? displayKind(value) : typeof value}`)
    const own = value.replace(WHITESPACE, '')
    if (!VALUE.test(own)) throw invalid(`has a line break or other invalid character in "${name}"`)
    const key = name.toLowerCase()
    const before = headers.get(key)?.[1]
    headers.set(key, [name, before === undefined ? own : `${before}${key === 'cookie' ? '; ' : ', '}${own}`])
  }
  return Object.fromEntries(headers.values())
}

/** Both; the second override the first. */
export function mergeHeaders(first: HeaderRecord, second: HeaderRecord): HeaderRecord {
  const overridden = Object.keys(second).map((name) => name.toLowerCase())
  return { ...withoutHeaders(first, (name) => overridden.includes(name.toLowerCase())), ...second }
}

export function withoutHeaders(headers: HeaderRecord, isUnwanted: (name: string) => boolean): HeaderRecord {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isUnwanted(name)))
}

/** What a URL's user and password ask for. */
export function authorizationOf({ username, password }: URL): HeaderRecord {
  if (username === '' && password === '') return {}
  return { Authorization: `Basic ${btoa(`${percentDecode(username)}:${percentDecode(password)}`)}` }
}

export function isBodyHeader(name: string): boolean {
  return BODY_HEADERS.test(name)
}
