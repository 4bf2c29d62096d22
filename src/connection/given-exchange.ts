/** Event streams from a `Response` or stream that the caller passes in. */

import { displayKind, isObject } from '../input/checks.ts'
import type { Exchange, OpenedStream, Opener } from './exchange.ts'
import { secretsOf } from './redaction.ts'
import type { FetchLikeResponse } from './request.ts'
import { finalURL, isReadableStream, isUsed, openResponse, acquireReader } from './response.ts'

/** The URL of a stream without one. (whatwg/html pull request 12272) */
const EVENT_STREAM = 'about:event-stream'

/** The only attempt of a stream that is already open. */
export class GivenExchange implements Exchange, Opener {
  readonly controller = new AbortController()
  readonly url: URL
  readonly attempt = 1
  readonly fromCaller = true
  readonly #opening: Promise<OpenedStream>

  constructor(url: URL, open: (request: AbortController) => Promise<OpenedStream>) {
    this.url = url
    this.#opening = open(this.controller)
    // A response may be refused before open() is called.
    this.#opening.catch(() => undefined)
  }

  get secrets(): readonly string[] {
    return secretsOf(this.url)
  }

  open(): Promise<OpenedStream> {
    return this.#opening
  }

  next(): this {
    return this
  }

  close(): void {
    // Aborting the request is enough.
  }
}

/**
 * Locks a stream immediately.
 *
 * @throws a `TypeError` if it is not a stream, or is locked
 */
export function givenStream(stream: unknown): GivenExchange {
  if (!isReadableStream(stream)) throw new TypeError(`Expected a ReadableStream of bytes, got ${displayKind(stream)}`)
  if (stream.locked) throw new TypeError('The ReadableStream is locked')
  return new GivenExchange(new URL(EVENT_STREAM), ({ signal }) =>
    Promise.resolve({
      response: undefined,
      origin: 'null',
      reader: acquireReader(stream, signal),
      decodeWholeChunks: true,
    }),
  )
}

/**
 * Locks the body of a valid response immediately.
 *
 * @throws a `TypeError` if the body is locked, was read, or is not a web stream
 */
export function givenResponse(response: FetchLikeResponse): GivenExchange {
  const { body } = response
  if (isObject(body) && !isReadableStream(body)) {
    throw new TypeError('The Response body is not a ReadableStream. Use a fetch that streams')
  }
  if (isUsed(response)) throw new TypeError('The Response body was already read or is locked')
  const url = finalURL(response, new URL(EVENT_STREAM))
  return new GivenExchange(url, (request) => openResponse(response, url, request))
}
