/** Errors without what only the request may know. */

import { isObject, isRecord } from '../input/checks.ts'
import { percentDecode } from '../platform/header-value.ts'
import type { Failure } from './failure.ts'
import { authorizationOf, type HeaderRecord } from './headers.ts'

/** Headers whose values say what is sent, and no more. */
const PUBLIC_HEADERS = /^(?:accept|content-|cache-control|user-agent)/i
const SCHEME = /^[a-z]+ +/i
const NAME = /^[^=]*=/

const URLS = /\b(?:https?|data|blob):[^\s"'<>()]+/g
const MAX_DEPTH = 5

/**
 * What no error may show: the values of the caller's headers, and of the URL the query, the user and the password, as a whole and in
 * parts (one cookie of several, one parameter). Not texts so short that other words contain them.
 */
export function secretsOf(url: URL, headers: HeaderRecord = {}): string[] {
  const { search, searchParams, username, password } = url
  const values = Object.entries({ ...authorizationOf(url), ...headers })
    .filter(([name]) => !PUBLIC_HEADERS.test(name))
    .map(([, value]) => value.replace(SCHEME, ''))
  const texts = [...values, search, username, password, percentDecode(password)]
  const parts = texts.flatMap((text) => text.split(/[?;,&\s]+/)).map((pair) => pair.replace(NAME, ''))
  // Not values(): Firefox 153 content scripts cannot iterate it. (test/browser/extensions.ts)
  searchParams.forEach((value) => parts.push(value))
  return [...texts.filter(({ length }) => length >= 4), ...parts.filter(({ length }) => length >= 6)]
}

/** The `cause` of a `ConnectionError`, and the first code in its chain: Node's fetch wraps the system's error in a TypeError. */
interface RedactedCause {
  cause: unknown
  code: string | undefined
}

/**
 * A copy of what a runtime has thrown, in which neither URLs nor secrets can be read (Deno and Bun put the URL into their messages;
 * fact 4). What the caller's own code has thrown stays the same object, unless a secret may be read in it.
 */
export function redactCause({ cause: thrown, fromCaller }: Failure, secrets: readonly string[]): RedactedCause {
  const redact = redactor(secrets)
  try {
    const cause = fromCaller && !mayLeak(thrown, redact, MAX_DEPTH) ? thrown : redactedCopy(thrown, redact, MAX_DEPTH)
    return { cause, code: codeOf(cause, MAX_DEPTH) }
  } catch {
    // A getter of the caller's has thrown.
    return { cause: undefined, code: undefined }
  }
}

function codeOf(error: unknown, depth: number): string | undefined {
  if (!isError(error) || depth === 0) return undefined
  return typeof error.code === 'string' ? error.code : codeOf(error.cause, depth - 1)
}

type Redact = (text: string) => string

/** Only errors and texts are copied. */
function redactedCopy(thrown: unknown, redact: Redact, depth: number): unknown {
  if (typeof thrown === 'string') return redact(thrown)
  if (!isError(thrown) || depth === 0) return undefined
  const { name, message, stack = '', code, cause } = thrown
  const copy = new Error(redact(message), { cause: redactedCopy(cause, redact, depth - 1) })
  // The names of the system's errors are not the caller's texts.
  if (typeof code === 'string') Object.assign(copy, { code: /^[A-Z][A-Z0-9_]*$/.test(code) ? code : redact(code) })
  for (const [key, value] of Object.entries({ name, stack: redact(stack) })) {
    Object.defineProperty(copy, key, { value, configurable: true, writable: true })
  }
  return copy
}

/** Whether it contains a secret, or something that cannot be looked into, such as a `Request`. */
function mayLeak(value: unknown, redact: Redact, depth: number): boolean {
  if (!isObject(value)) return typeof value === 'string' && redact(value) !== value
  if (depth === 0 || !(isError(value) || Array.isArray(value) || isRecord(value))) return true
  // Those that a class may have, besides its own.
  return ['name', 'message', 'cause', 'errors', ...Object.getOwnPropertyNames(value)].some(
    // Besides the message, the stack has the URLs of scripts, with queries of their own.
    (key) => key !== 'stack' && mayLeak((value as Record<string, unknown>)[key], redact, depth - 1),
  )
}

/** By its shape: test environments have realms with an Error of their own. */
function isError(value: unknown): value is Error & { code?: unknown } {
  return isObject(value) && 'message' in value && 'stack' in value
}

function redactor(secrets: readonly string[]): Redact {
  // One may be the beginning of another.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '…'), text.replace(URLS, redactURL))
}

/** As text: a URL that holds no secret stays as it is written. */
function redactURL(url: string): string {
  return url.startsWith('data:') ? 'data:…' : url.replace(/[?#].*$/, '').replace(/\/\/[^/]*@/, '//')
}
