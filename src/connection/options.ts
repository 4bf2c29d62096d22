/** The caller's options, checked once, up front. */

import type { FetchLike } from './request.ts'

/** Options of `new EventSource(url, options)`. */
export interface EventSourceInit {
  /**
   * Whether cookies and HTTP authentication go along to other origins: `credentials: 'include'` instead of
   * `'same-origin'`. Default `false`. (HTML standard, 9.2.2)
   */
  withCredentials?: boolean | undefined
  /**
   * The function to call instead of the runtime's `fetch`. It gets the URL as a string and an init whose `headers` is a
   * plain object, and must return a promise of a Response whose body is a web `ReadableStream` of bytes. Default: the
   * global `fetch`, looked up at each attempt.
   */
  fetch?: FetchLike | undefined
  /**
   * How many characters the data, type and id of one event may take. Past it the connection fails for good, so that an
   * event without end cannot fill the memory: while one is unfinished, whatever comes counts, and each line of data as 64
   * characters more, for what it takes in memory. Default 67,108,864 (64 Mi).
   */
  maxBufferSize?: number | undefined
}

/** What a connection knows of its options after the check. */
export interface ConnectionOptions {
  withCredentials: boolean
  fetch: FetchLike | undefined
  maxBufferSize: number
}

const DEFAULT_MAX_BUFFER_SIZE = 64 * 1024 * 1024

/**
 * Converts `withCredentials` as WebIDL converts a boolean; never coerces the others.
 *
 * @throws a `TypeError` that names the option and what was given.
 */
export function readOptions(init: unknown): ConnectionOptions {
  if (init !== undefined && init !== null && typeof init !== 'object' && typeof init !== 'function') {
    throw new TypeError(`The options must be an object, not ${display(init)}`)
  }
  const { withCredentials, fetch, maxBufferSize = DEFAULT_MAX_BUFFER_SIZE } = (init ?? {}) as Record<string, unknown>
  if (fetch !== undefined && typeof fetch !== 'function') {
    throw new TypeError(`The option "fetch" must be a function, not ${display(fetch)}`)
  }
  if (typeof maxBufferSize !== 'number' || !(maxBufferSize > 0)) {
    throw new TypeError(
      `The option "maxBufferSize" must be a number of characters above 0, not ${display(maxBufferSize)}`,
    )
  }
  return { withCredentials: Boolean(withCredentials), fetch: fetch as FetchLike | undefined, maxBufferSize }
}

function display(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
