/** One request and the head of its response. */

import { hasForbiddenHeaders, streamingFetch } from '../platform/fetch.ts'
import { requestParts } from './attempt.ts'
import type { CallerError } from './caller-error.ts'
import type { Failure } from './connection-error.ts'
import { TIMED_OUT, within } from './deadline.ts'
import type { Exchange, Opener, Opening, Place } from './exchange.ts'
import type { HeaderMap } from './headers.ts'
import { openResponse } from './open-response.ts'
import type { ConnectionOptions } from './read-options.ts'
import { sendByHand, type Outcome } from './redirect.ts'
import { isStream } from './request-body.ts'
import { buildRequest, secretsOf, type RequestParts } from './request.ts'
import { cancel, discard } from './response.ts'
import { isFetchable } from './url.ts'

/** Requests that URL at each attempt. */
export function fetchOpener(url: URL, options: ConnectionOptions): Opener {
  const { href } = url
  const past = { hasSent: false }
  return (place) => new FetchExchange(href, options, past, place)
}

/** One attempt, until its response is found to be good or not. */
class FetchExchange implements Exchange {
  readonly request = new AbortController()
  readonly attempt: number
  /** The URL of the request; that of the source until it is known. A text, for most are never asked for. */
  #href: string
  /** What is known so far of those that are sent. */
  #headers: HeaderMap | undefined
  readonly #options: ConnectionOptions
  /** What all attempts share: whether a request has been sent. */
  readonly #past: { hasSent: boolean }
  readonly #place: Place

  constructor(href: string, options: ConnectionOptions, past: { hasSent: boolean }, place: Place) {
    this.#href = href
    this.attempt = place.attempt
    if (typeof options.headers !== 'function') this.#headers = options.headers
    this.#options = options
    this.#past = past
    this.#place = place
  }

  get url(): URL {
    return new URL(this.#href)
  }

  get secrets(): readonly string[] {
    return secretsOf(this.url, this.#headers)
  }

  /** Sends the request. */
  async open(): Promise<Opening> {
    const { connectTimeout } = this.#options
    const outcome = await within(connectTimeout, this.#send(), this.request)
    if (outcome === TIMED_OUT) {
      return { failure: { reason: 'timeout', what: `did not answer within ${connectTimeout} ms` } }
    }
    return 'failure' in outcome ? outcome : openResponse(outcome.response, this.url, this.request)
  }

  async #send(): Promise<Outcome> {
    let parts: RequestParts
    try {
      const { attempt, lastEventId = '', failure } = this.#place
      const asked = requestParts(
        this.url,
        this.#options,
        { attempt, lastEventId, failure },
        {
          isFirst: !this.#past.hasSent,
          signal: this.request.signal,
          learn: (headers) => {
            this.#headers = headers
          },
        },
      )
      parts = 'then' in asked ? await asked : asked
    } catch (cause) {
      const { message, reason } = cause as CallerError
      return { failure: { reason, what: `was not requested: ${message}`, cause } }
    }
    this.#href = parts.url.href
    this.#headers = parts.headers
    // Close() or the end of the time may have come meanwhile.
    if (this.request.signal.aborted) {
      if (isStream(parts.body)) void cancel(parts.body)
      return { failure: { reason: 'network', what: 'was not requested' } }
    }

    try {
      return await this.#fetch(parts)
    } catch (cause) {
      // Elsewhere too, but a browser does not say why.
      const hint = isStream(parts.body) && hasForbiddenHeaders() ? ': browsers send streams only over HTTP/2' : ''
      return { failure: { reason: 'network', what: `could not be reached${hint}`, cause } }
    }
  }

  async #fetch(parts: RequestParts): Promise<Outcome> {
    const { redirect, withCredentials, fetchOptions, lastEventIdParameter } = this.#options
    if (!isFetchable(parts.url)) {
      return unsupported('cannot be fetched: event streams come over http, https, data or blob')
    }
    const fetch = this.#options.fetch ?? streamingFetch()
    if (typeof fetch === 'string') return unsupported(`cannot be fetched: ${fetch}`)

    const { signal } = this.request
    const request = buildRequest(parts, {
      withCredentials,
      manual: redirect !== 'follow',
      fetchOptions,
      lastEventId: this.#place.lastEventId,
      lastEventIdParameter,
      signal,
    })
    this.#past.hasSent = true
    const isFollowed = request[1].redirect === 'follow'
    const outcome = isFollowed ? { response: await fetch(...request) } : await sendByHand(fetch, request, redirect)
    // A caller's fetch may know nothing of signals.
    if (signal.aborted && 'response' in outcome) void discard(outcome.response)
    return outcome
  }
}

function unsupported(what: string): { failure: Failure } {
  return { failure: { reason: 'unsupported', what } }
}
