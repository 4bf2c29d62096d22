/** Whether a response is an event stream. */

import { isObject } from '../input/checks.ts'
import { STREAMING_FETCH } from '../platform/platform.ts'
import type { Failure } from './connection-error.ts'
import { mimeEssence } from './content-type.ts'
import type { FetchLikeResponse } from './request.ts'
import { parseRetryAfter } from './retry-after.ts'

/** Why to fail the connection, or nothing. (HTML standard, 9.2.2, "processEventSourceResponse") */
export function refuse(response: FetchLikeResponse): Failure | undefined {
  if (!isResponse(response)) return unsupported('the option "fetch" returned no Response')

  // What fetch rejects with otherwise.
  if ('type' in response && response.type === 'error') return { reason: 'network', what: 'could not be reached' }

  const { status, headers, body } = response
  if (status !== 200) {
    const answer = status === 204 ? '204, which says that it is over' : `status ${status} instead of 200`
    return refusal('status', response, `the server answered ${answer}`)
  }
  const contentType: unknown = headers.get('content-type')
  if (typeof contentType !== 'string' || mimeEssence(contentType) !== 'text/event-stream') {
    const given = typeof contentType === 'string' ? `Content-Type "${contentType.slice(0, 100)}"` : 'no Content-Type'
    return refusal('content-type', response, `the server sent ${given} instead of text/event-stream`)
  }
  if (body !== null && !isReadableStream(body)) {
    return unsupported(`the body of the Response is no ReadableStream. ${STREAMING_FETCH}`)
  }
  if (body?.locked === true) return unsupported('the body of the Response is being read elsewhere')
  return undefined
}

/** The body of a response that was not refused; null is an empty one. */
export function bodyOf(response: FetchLikeResponse): ReadableStream<unknown> | null {
  return response.body as ReadableStream<unknown> | null
}

/** The final URL, after redirects; that of the request where the response does not tell. */
export function finalURL(response: FetchLikeResponse, requested: URL): URL {
  try {
    return new URL(response.url ?? '', requested)
  } catch {
    return requested
  }
}

/** Frees what a response holds that nobody will read. */
export async function discard(response: FetchLikeResponse): Promise<void> {
  try {
    if (isResponse(response) && isReadableStream(response.body)) await response.body.cancel()
  } catch {
    // A caller's fetch may have made it of anything.
  }
}

/** Cancels a stream or its reader. Nobody waits for the outcome, and a caller's fetch may have made it of anything. */
export async function cancel(source: { cancel(): Promise<void> }): Promise<void> {
  try {
    await source.cancel()
  } catch {
    // It is gone either way.
  }
}

function refusal(reason: 'status' | 'content-type', { status, headers }: FetchLikeResponse, why: string): Failure {
  const retryAfter: unknown = headers.get('retry-after')
  return {
    reason,
    what: `was refused: ${why}`,
    status,
    headers,
    retryAfter: typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, Date.now()) : undefined,
  }
}

function unsupported(what: string): Failure {
  return { reason: 'unsupported', what: `cannot be read: ${what}` }
}

/** Whether it has as much of a `Response` as we need. */
export function isResponse(response: unknown): response is FetchLikeResponse {
  return (
    isObject(response) &&
    'status' in response &&
    'headers' in response &&
    typeof (response.headers as Headers | null)?.get === 'function'
  )
}

/** By its methods: a polyfill's stream is no instance of the runtime's class. */
export function isReadableStream(body: unknown): body is ReadableStream {
  return isObject(body) && 'getReader' in body
}
