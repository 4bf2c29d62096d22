/** Removes secrets from errors. */

import { isObject, isRecord } from '../input/checks.ts'
import { percentDecode } from '../platform/header-value.ts'
import type { Failure } from './failure.ts'
import { authorizationOf, type HeaderRecord } from './headers.ts'

/** Headers whose values are not secret. */
const PUBLIC_HEADERS = /^(?:accept|content-|cache-control|user-agent)/i
const SCHEME = /^[a-z]+ +/i
const NAME = /^[^=]*=/

const URLS = /\b(?:https?|data|blob):[^\s"'<>()]+/g
const MAX_DEPTH = 5

/**
 * The strings that errors must not contain: values of the caller's headers, and the URL's query, user and password, as a whole
 * and in parts (a single cookie, a single parameter). Leaves out strings so short that ordinary words contain them.
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

/** The `cause` of a `ConnectionError`, and the first code in its chain: Node's fetch wraps the system error in a TypeError. */
interface RedactedCause {
  cause: unknown
  code: string | undefined
}

/**
 * Copies an error from the runtime without URLs and secrets: Deno and Bun put the URL into their messages. (Conformance suite,
 * fact 4) An error from the caller's own code stays the same object unless it may contain a secret.
 */
export function redactCause({ cause: thrown, fromCaller }: Failure, secrets: readonly string[]): RedactedCause {
  const redact = redactor(secrets)
  try {
    const cause = fromCaller && !mayLeak(thrown, redact, MAX_DEPTH) ? thrown : redactedCopy(thrown, redact, MAX_DEPTH)
    return { cause, code: codeOf(cause, MAX_DEPTH) }
  } catch {
    // A getter of the caller's error threw.
    return { cause: undefined, code: undefined }
  }
}

function codeOf(error: unknown, depth: number): string | undefined {
  if (!isError(error) || depth === 0) return undefined
  return typeof error.code === 'string' ? error.code : codeOf(error.cause, depth - 1)
}

type Redact = (text: string) => string

/** Copies errors and strings. Other values may contain secrets and are dropped. */
function redactedCopy(thrown: unknown, redact: Redact, depth: number): unknown {
  if (typeof thrown === 'string') return redact(thrown)
  if (!isError(thrown) || depth === 0) return undefined
  const { name, message, stack = '', code, digest, cause } = thrown
  const copy = new Error(redact(message), { cause: redactedCopy(cause, redact, depth - 1) })
  // System error codes cannot contain secrets.
  if (typeof code === 'string') Object.assign(copy, { code: /^[A-Z][A-Z0-9_]*$/.test(code) ? code : redact(code) })
  // Next.js recognizes its own errors by this member. (test/instrumented)
  if (typeof digest === 'string') Object.assign(copy, { digest: redact(digest) })
  for (const [key, value] of Object.entries({ name, stack: redact(stack) })) {
    Object.defineProperty(copy, key, { value, configurable: true, writable: true })
  }
  return copy
}

/** Whether it contains a secret, or an object that cannot be inspected, such as a `Request`. */
function mayLeak(value: unknown, redact: Redact, depth: number): boolean {
  if (!isObject(value)) return typeof value === 'string' && redact(value) !== value
  if (depth === 0 || !(isError(value) || Array.isArray(value) || isRecord(value))) return true
  // Members inherited from a class, and its own.
  return ['name', 'message', 'cause', 'errors', ...Object.getOwnPropertyNames(value)].some(
    // The stack repeats the message, and contains script URLs, whose queries are not secrets.
    (key) => key !== 'stack' && mayLeak((value as Record<string, unknown>)[key], redact, depth - 1),
  )
}

/** Not instanceof: test environments have realms with their own Error class. */
function isError(value: unknown): value is Error & { code?: unknown; digest?: unknown } {
  return isObject(value) && 'message' in value && 'stack' in value
}

function redactor(secrets: readonly string[]): Redact {
  // A secret may be a prefix of another one.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '…'), text.replace(URLS, redactURL))
}

/** Works on the text, so that a URL without secrets stays unchanged. */
function redactURL(url: string): string {
  return url.startsWith('data:') ? 'data:…' : url.replace(/[?#].*$/, '').replace(/\/\/[^/]*@/, '//')
}
