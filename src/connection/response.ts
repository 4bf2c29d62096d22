/** Validates a response and locks its body, or reports why it is refused. (HTML standard, 9.2.2) */

import { isObject } from '../input/checks.ts'
import { STREAMING_FETCH_HINT } from '../platform/platform.ts'
import type { OpenedStream } from './exchange.ts'
import { AttemptError, type Failure } from './failure.ts'
import type { ConnectionOptions } from './read-options.ts'
import type { FetchLikeResponse } from './request.ts'
import { withTimeout } from './timers.ts'

/** In bytes. A longer body is a web page, not an error message. */
const MAX_REFUSED_BYTES = 64 * 1024
/** How long an error waits for the refused body, in ms. */
const REFUSED_BODY_TIMEOUT = 250

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const ESSENCE = new RegExp(`^[\\t\\n\\r ]*(${TOKEN}/${TOKEN})[\\t\\n\\r ]*(?:;|$)`)
const LIST_ITEM = /(?:[^",]|"(?:\\.|[^"\\])*"?)+/gs

/** The three HTTP date formats; only asctime has no time zone. (RFC 9110, 5.6.7) */
const DATE = /^[a-z]{3,9},? [\w -]+ \d\d:\d\d:\d\d (?:GMT|\d{4})$/i

/**
 * Locks the body of a valid response before any listener can, or reads the beginning of a refused one.
 *
 * @param requested the URL to use if the response has none
 * @param request aborted if the response is refused
 * @param onRefused called with a refused response
 * @throws an `AttemptError`
 */
export async function openResponse(
  response: FetchLikeResponse,
  requested: URL,
  request: AbortController,
  onRefused?: ConnectionOptions['onRefused'],
): Promise<OpenedStream> {
  let refusal: Failure | undefined
  try {
    refusal = checkResponse(response)
    if (!refusal) {
      const { body } = response
      return {
        response,
        origin: finalURL(response, requested).origin,
        reader: body === null ? undefined : acquireReader(body as ReadableStream<unknown>, request.signal),
      }
    }
    if (refusal.status === undefined) void cancelBody(response)
    else refusal = await addRefusedBody(refusal, response, request.signal, onRefused)
  } catch (cause) {
    // The result of a caller's fetch is not validated beyond its shape.
    refusal = unsupported(NO_RESPONSE, cause)
  }
  request.abort()
  throw new AttemptError(refusal)
}

const NO_RESPONSE = '"fetch" did not return a Response'

/** Returns why to fail the connection, if so. (HTML standard, 9.2.2, "processEventSourceResponse") */
export function checkResponse(response: FetchLikeResponse): Failure | undefined {
  if (!isResponse(response)) return unsupported(NO_RESPONSE)

  // Response.error(): a rejection in other cases.
  if ('type' in response && response.type === 'error') return { reason: 'network', message: 'could not be reached' }

  const { status, headers, body } = response
  if (status !== 200) {
    const why = status === 204 ? 'the server ended it with status 204' : `status ${status}, expected 200`
    return refusal('status', response, why)
  }
  const contentType: unknown = headers.get('content-type')
  if (typeof contentType !== 'string' || mimeEssence(contentType) !== 'text/event-stream') {
    const given = typeof contentType === 'string' ? `"${contentType.slice(0, 100)}"` : 'is missing'
    return refusal('content-type', response, `Content-Type ${given}, expected text/event-stream`)
  }
  if (body !== null && !isReadableStream(body)) {
    return unsupported(`the Response body is not a ReadableStream. ${STREAMING_FETCH_HINT}`)
  }
  if (body?.locked === true) return unsupported('the Response body is locked')
  return undefined
}

function refusal(reason: 'status' | 'content-type', { status, headers }: FetchLikeResponse, why: string): Failure {
  const retryAfter: unknown = headers.get('retry-after')
  return {
    reason,
    message: `was refused: ${why}`,
    status,
    headers,
    retryAfter: typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, Date.now()) : undefined,
  }
}

function unsupported(message: string, cause?: unknown): Failure {
  return { reason: 'unsupported', message: `cannot be read: ${message}`, cause }
}

/**
 * The MIME essence of a Content-Type header, in lower case and without parameters; `undefined` if invalid. The last valid of
 * several values wins. (Fetch standard, "extract a MIME type")
 */
export function mimeEssence(contentType: string): string | undefined {
  let essence: string | undefined
  for (const item of contentType.match(LIST_ITEM) ?? []) {
    const candidate = ESSENCE.exec(item)?.[1]
    if (candidate !== undefined && candidate !== '*/*') essence = candidate.toLowerCase()
  }
  return essence
}

/**
 * Parses a Retry-After header, in seconds or as a date, to ms; 0 for a date in the past, `undefined` if invalid. (RFC 9110,
 * 10.2.3)
 *
 * @param now in ms since 1970
 */
export function parseRetryAfter(value: string, now: number): number | undefined {
  const text = value.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  if (!DATE.test(text)) return undefined
  const date = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Calls `onRefused`, then reads the beginning of the body unless `onRefused` did. */
async function addRefusedBody(
  refusal: Failure,
  response: FetchLikeResponse,
  signal: AbortSignal,
  onRefused: ConnectionOptions['onRefused'],
): Promise<Failure> {
  try {
    // May be incomplete if it comes from a caller's fetch.
    await onRefused?.(response as Response)
  } catch (cause) {
    return { ...refusal, message: `${refusal.message}, and "onRefused" failed`, cause, fromCaller: true }
  }
  const text = await readRefusedBody(response, signal)
  return { ...refusal, ...text }
}

/**
 * Reads the beginning of a refused body as text: the server's reason, often JSON. Returns the text received before the timeout or
 * an interruption, and nothing if the body cannot be read at all.
 */
async function readRefusedBody(
  response: FetchLikeResponse,
  signal: AbortSignal,
): Promise<Pick<Failure, 'body' | 'bodyTruncated'>> {
  const { body } = response
  if (body === null) return { body: '' }
  if (!isReadableStream(body) || isUsed(response)) return {}
  const reader = acquireReader(body, signal)
  const utf8 = new TextDecoder()
  let text = ''
  let bodyTruncated = true
  const read = async (): Promise<void> => {
    for (let left = MAX_REFUSED_BYTES; ;) {
      const { done, value } = await reader.read()
      if (done) bodyTruncated = false
      if (done || !ArrayBuffer.isView(value) || left <= 0) return
      const chunk = new Uint8Array(value.buffer, value.byteOffset, Math.min(left, value.byteLength))
      // Count empty chunks too: an endless series of them would keep the timer from firing.
      left -= Math.max(1, chunk.byteLength)
      // A character cut by the limit is dropped.
      text += utf8.decode(chunk, { stream: true })
    }
  }
  // The text received before an interruption is enough.
  await withTimeout(REFUSED_BODY_TIMEOUT, read().catch(ignore), signal)
  return { body: text, bodyTruncated }
}

/** Whether its body was read or is locked. */
export function isUsed({ body, bodyUsed }: FetchLikeResponse & { bodyUsed?: boolean }): boolean {
  return bodyUsed === true || (isReadableStream(body) && body.locked)
}

/** Whether it has the members of a `Response` used here. */
export function isResponse(response: unknown): response is FetchLikeResponse {
  return (
    isObject(response) &&
    'status' in response &&
    'headers' in response &&
    typeof (response.headers as Headers | null)?.get === 'function'
  )
}

/** Not instanceof: a polyfill's stream is not an instance of the runtime's class. */
export function isReadableStream(body: unknown): body is ReadableStream<unknown> {
  return isObject(body) && 'getReader' in body
}

/** The final URL, after redirects; the request's URL if the response has none. */
export function finalURL(response: FetchLikeResponse, requested: URL): URL {
  try {
    return new URL(response.url ?? '', requested)
  } catch {
    return requested
  }
}

/** Locks a stream for reading. Aborting the signal cancels it, because a caller's fetch may ignore the signal. */
export function acquireReader(
  stream: ReadableStream<unknown>,
  signal: AbortSignal,
): ReadableStreamDefaultReader<unknown> {
  const reader = stream.getReader()
  const stop = (): void => void cancel(reader)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return reader
}

/** Cancels the body of a response that will not be read. */
export async function cancelBody(response: FetchLikeResponse): Promise<void> {
  try {
    await (response.body as ReadableStream).cancel()
  } catch {
    // There is no body, or a caller's fetch returned an unusual one.
  }
}

/** Cancels a stream or its reader. */
export async function cancel(source: { cancel(): Promise<void> }): Promise<void> {
  try {
    await source.cancel()
  } catch {
    // The stream is unusable either way.
  }
}

function ignore(): void {
  // Handled elsewhere.
}
