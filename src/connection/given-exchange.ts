/** Event streams that the caller has requested. */

import { displayKind, isObject } from '../input/checks.ts'
import type { Exchange, OpenedStream, Opener } from './exchange.ts'
import { secretsOf } from './redaction.ts'
import type { FetchLikeResponse } from './request.ts'
import { finalURL, isReadableStream, isUsed, openResponse, acquireReader } from './response.ts'

/** The URL of a stream that has none. (whatwg/html pull request 12272) */
const EVENT_STREAM = 'about:event-stream'

/** What there is to read already: one attempt, the only one. */
export class GivenExchange implements Exchange, Opener {
  readonly controller = new AbortController()
  readonly url: URL
  readonly attempt = 1
  readonly fromCaller = true
  readonly #opening: Promise<OpenedStream>

  constructor(url: URL, open: (request: AbortController) => Promise<OpenedStream>) {
    this.url = url
    this.#opening = open(this.controller)
    // A response may be refused before anybody asks.
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
 * Takes a stream, at once.
 *
 * @throws a `TypeError` when it is none, or is being read
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
 * Takes the body of a response, at once, if it is a good one.
 *
 * @throws a `TypeError` when the body cannot be read: it is being read, has been, or is no web stream
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
