/** Whether a response is an event stream. */

import type { Failure } from './connection-error.ts'
import { mimeEssence } from './content-type.ts'
import type { FetchLikeResponse } from './request.ts'

/** Why to fail the connection, or nothing. (HTML standard, 9.2.2, "processEventSourceResponse") */
export function refuse(response: FetchLikeResponse): Failure | undefined {
  if (!isResponse(response)) return unsupported('the option "fetch" returned no Response')

  // What fetch rejects with otherwise.
  if ('type' in response && response.type === 'error') return { reason: 'network', what: 'could not be reached' }

  const { status, body } = response
  if (status !== 200) {
    const answer = status === 204 ? '204, which says that it is over' : `status ${status} instead of 200`
    return { reason: 'status', status, what: `was refused: the server answered ${answer}` }
  }
  const contentType: unknown = response.headers.get('content-type')
  if (typeof contentType !== 'string' || mimeEssence(contentType) !== 'text/event-stream') {
    const given = typeof contentType === 'string' ? `Content-Type "${contentType.slice(0, 100)}"` : 'no Content-Type'
    return {
      reason: 'content-type',
      status,
      what: `was refused: the server sent ${given} instead of text/event-stream`,
    }
  }
  if (body !== null && !isReadableStream(body)) {
    return unsupported('the body of the Response is no ReadableStream. Pass a fetch that streams as the option "fetch"')
  }
  if (body?.locked === true) return unsupported('the body of the Response is being read elsewhere')
  return undefined
}

/** The body of a response that was not refused; null is an empty one. */
export function bodyOf(response: FetchLikeResponse): ReadableStream<unknown> | null {
  return response.body as ReadableStream<unknown> | null
}

/** The origin of the final URL, after redirects; that of the request where the response does not tell. */
export function originOf(response: FetchLikeResponse, requested: URL): string {
  try {
    return new URL(response.url ?? '', requested).origin
  } catch {
    return requested.origin
  }
}

/** Frees what a response holds that nobody will read. */
export async function discard(response: FetchLikeResponse): Promise<void> {
  if (isResponse(response) && isReadableStream(response.body)) await cancel(response.body)
}

/** Cancels a stream or its reader. Nobody waits for the outcome, and a caller's fetch may have made it of anything. */
export async function cancel(source: { cancel(): Promise<void> }): Promise<void> {
  try {
    await source.cancel()
  } catch {
    // It is gone either way.
  }
}

function unsupported(what: string): Failure {
  return { reason: 'unsupported', what: `cannot be read: ${what}` }
}

function isResponse(response: unknown): boolean {
  return (
    typeof response === 'object' &&
    response !== null &&
    'status' in response &&
    'headers' in response &&
    typeof (response.headers as Headers | null)?.get === 'function'
  )
}

/** By its methods: a polyfill's stream is no instance of the runtime's class. */
function isReadableStream(body: unknown): body is ReadableStream {
  return typeof body === 'object' && body !== null && 'getReader' in body
}
