/** What is said of a failure elsewhere, without what only the request should know. */

import { CallerError } from './caller-error.ts'
import { isObject } from '../input/checks.ts'

const URLS = /\b(?:https?|data|blob):[^\s"'<>()]+/g
const MAX_DEPTH = 5

/** What may be said of a failure's cause. */
interface Presentable {
  cause: unknown
  /** The first in its chain: Node's fetch wraps the system's error in a TypeError. */
  code: string | undefined
}

/**
 * What a `ConnectionError` has as its cause: of what a runtime said a copy, in which neither URLs nor the request's secrets can
 * be read (Deno and Bun put the URL into theirs; fact 4). An error of a function of the caller's stays itself, so that the
 * caller knows it again, unless it holds what may show a secret.
 */
export function presentCause(error: unknown, secrets: readonly string[]): Presentable {
  const clean = cleaner(secrets)
  try {
    const isCallers = error instanceof CallerError
    const original: unknown = isCallers ? error.cause : error
    const cause = isCallers && !mayShow(original, clean, MAX_DEPTH) ? original : copyOf(original, clean, MAX_DEPTH)
    return { cause, code: systemCode(cause) }
  } catch {
    // A getter of the caller's has thrown.
    return { cause: undefined, code: undefined }
  }
}

function systemCode(error: unknown): string | undefined {
  for (; isError(error); error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code
  }
  return undefined
}

type Clean = (text: string) => string

/** What is no error is left out, save for texts. */
function copyOf(error: unknown, clean: Clean, depth: number): unknown {
  if (typeof error === 'string') return clean(error)
  if (!isError(error) || depth === 0) return undefined
  const { name, message, stack = '', cause } = error
  const copy = new Error(clean(message), { cause: copyOf(cause, clean, depth - 1) })
  if ('code' in error)
    Object.assign(copy, { code: typeof error.code === 'string' ? cleanCode(error.code, clean) : error.code })
  const hidden = (value: string): PropertyDescriptor => ({ value, configurable: true, writable: true })
  return Object.defineProperties(copy, { name: hidden(name), stack: hidden(clean(stack)) })
}

/** The names of the system's errors are none of the caller's texts. */
function cleanCode(code: string, clean: Clean): string {
  return /^[A-Z][A-Z0-9_]*$/.test(code) ? code : clean(code)
}

/** Whether a text in it would have to be cleaned, or it holds what nobody can look into, such as a `Request`. */
function mayShow(value: unknown, clean: Clean, depth: number): boolean {
  if (typeof value === 'string') return clean(value) !== value
  if (!isObject(value)) return false
  if (depth === 0 || !(isError(value) || Array.isArray(value) || isRecord(value))) return true
  // Not the stack: besides the message it has the URLs of scripts, with queries of their own.
  const hidden = isError(value)
    ? [value.name, value.message, value.cause, (value as Partial<AggregateError>).errors]
    : []
  return [...hidden, ...(Object.values(value) as unknown[])].some((part) => mayShow(part, clean, depth - 1))
}

/** By its shape: test environments have realms of their own, with an Error of their own. */
function isError(value: unknown): value is Error {
  return isObject(value) && 'message' in value && 'stack' in value
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function cleaner(secrets: readonly string[]): Clean {
  // One may be the beginning of another.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length)
  return (text) => {
    const shown = text.replace(URLS, (url) => {
      if (url.startsWith('data:')) return 'data:…'
      return url.replace(/[?#].*$/, '').replace(/\/\/[^/]*@/, '//')
    })
    return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '…'), shown)
  }
}
