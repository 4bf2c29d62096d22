/** Event streams that the caller has requested. */

import { displayKind, isObject } from '../input/checks.ts'
import type { Exchange } from './exchange.ts'
import { secretsOf } from './redaction.ts'
import type { FetchLikeResponse } from './request.ts'
import { finalURL, isReadableStream, openResponse, takeReader } from './response.ts'

/** The URL of a stream that has none. (whatwg/html pull request 12272) */
const EVENT_STREAM = 'about:event-stream'

/**
 * Takes a stream, at once.
 *
 * @throws a `TypeError` when it is none, or is being read
 */
export function givenStream(stream: unknown): Exchange {
  if (!isReadableStream(stream)) throw new TypeError(`A ReadableStream of bytes is needed, not ${displayKind(stream)}`)
  if (stream.locked) throw new TypeError('The ReadableStream is locked: it is being read elsewhere')
  const request = new AbortController()
  const reader = takeReader(stream, request.signal)
  return {
    request,
    url: new URL(EVENT_STREAM),
    attempt: 1,
    secrets: [],
    open: () => Promise.resolve({ response: undefined, origin: 'null', reader, isCallers: true }),
  }
}

/**
 * Takes the body of a response, at once, if it is a good one.
 *
 * @throws a `TypeError` when the body cannot be read: it is being read, has been, or is no web stream
 */
export function givenResponse(response: FetchLikeResponse): Exchange {
  const { body } = response
  if (isObject(body) && !isReadableStream(body)) {
    throw new TypeError('The body of the Response is no ReadableStream. Take the Response of a fetch that streams')
  }
  // Node leaves the body of a Response that was read locked.
  if ('bodyUsed' in response && response.bodyUsed === true) {
    throw new TypeError('The body of the Response has been read already, or is being read')
  }
  if (isReadableStream(body) && body.locked) {
    throw new TypeError('The body of the Response is locked: it is being read elsewhere')
  }
  const request = new AbortController()
  const url = finalURL(response, new URL(EVENT_STREAM))
  const opening = openResponse(response, url, request)
  // It may be refused before anybody asks.
  opening.catch(() => undefined)
  return { request, url, attempt: 1, secrets: secretsOf(url), open: () => opening }
}
