/** Event streams that the caller has requested himself. */

import { displayKind, isObject } from '../input/checks.ts'
import { CallerError } from './caller-error.ts'
import type { BodyReader, Exchange, Opening } from './exchange.ts'
import { openResponse } from './open-response.ts'
import { secretsOf, type FetchLikeResponse } from './request.ts'
import { bodyOf, cancel, finalURL, isReadableStream } from './response.ts'

/** The URL of what has none. (whatwg/html pull request 12272) */
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
  const given = stream.getReader()
  const reader: BodyReader = {
    // Without a promise more: what is read late, a `reset()` would miss.
    read: () => given.read(),
    cancel: () => given.cancel(),
    // For the same reason.
    keepsChunks: true,
    blame: (cause) => new CallerError('broke off', cause),
  }
  request.signal.addEventListener('abort', () => void cancel(reader), { once: true })
  return {
    request,
    url: new URL(EVENT_STREAM),
    attempt: 1,
    secrets: [],
    open: () => Promise.resolve({ response: undefined, origin: 'null', reader }),
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
  if (bodyOf(response)?.locked === true) {
    throw new TypeError('The body of the Response is locked: it is being read elsewhere')
  }
  const request = new AbortController()
  const url = finalURL(response, new URL(EVENT_STREAM))
  const opening = openResponse(response, url, request)
  request.signal.addEventListener('abort', () => void letGo(opening), { once: true })
  return { request, url, attempt: 1, secrets: secretsOf(url), open: () => opening }
}

async function letGo(opening: Promise<Opening>): Promise<void> {
  const opened = await opening
  if ('reader' in opened && opened.reader) await cancel(opened.reader)
}
