/** Request headers, as a plain object that keeps the caller's spelling of names. */

import { displayKind, isObject, isPromise, isString, option } from '../input/checks.ts'
import { percentDecode } from '../platform/header-value.ts'
import { dropsHeader } from '../platform/platform.ts'

/** Request headers. Entries whose value is `undefined` are ignored. */
export type RequestHeaders = Record<string, string | undefined> | readonly (readonly [string, string])[] | Headers

/** Validated headers without duplicate names. */
export type HeaderRecord = Readonly<Record<string, string>>

export const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Fetch takes one character per byte. Servers and runtimes reject control characters other than tabs. */
export const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const WHITESPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g
/** Headers that Fetch removes together with the body. (Fetch standard, "request-body-header name") */
const BODY_HEADERS = /^content-(?:encoding|language|location|type|length)$/i

/**
 * Reads a record, an array of pairs or a `Headers`; `undefined` means none. Joins values of the same name as fetch does.
 *
 * @param isRuntimeFetch whether the runtime's `fetch` sends them: a browser's drops some
 * @param place where they come from; defaults to the option, which may also be a function
 * @throws a `TypeError` with the place and the header's name, but not its value, which may be a secret
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
    if (isRuntimeFetch && dropsHeader(name)) throw invalid(`has "${name}", which fetch drops in this runtime`)
    // Don't show numbers either: they may be secrets.
    if (!isString(value)) {
      const kind = isObject(value) || value === null ? displayKind(value) : `a ${typeof value}`
      throw invalid(`needs a string for "${name}", got ${kind}`)
    }
    const own = value.replace(WHITESPACE, '')
    if (!VALUE.test(own)) throw invalid(`has a line break or other invalid character in "${name}"`)
    const key = name.toLowerCase()
    const before = headers.get(key)?.[1]
    headers.set(key, [name, before === undefined ? own : `${before}${key === 'cookie' ? '; ' : ', '}${own}`])
  }
  return Object.fromEntries(headers.values())
}

/** Merges headers. The second override the first. */
export function mergeHeaders(first: HeaderRecord, second: HeaderRecord): HeaderRecord {
  const overridden = Object.keys(second).map((name) => name.toLowerCase())
  return { ...withoutHeaders(first, (name) => overridden.includes(name.toLowerCase())), ...second }
}

export function withoutHeaders(headers: HeaderRecord, isUnwanted: (name: string) => boolean): HeaderRecord {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isUnwanted(name)))
}

/** Basic authorization for a URL's user and password. */
export function authorizationOf({ username, password }: URL): HeaderRecord {
  if (username === '' && password === '') return {}
  return { Authorization: `Basic ${btoa(`${percentDecode(username)}:${percentDecode(password)}`)}` }
}

export function isBodyHeader(name: string): boolean {
  return BODY_HEADERS.test(name)
}
