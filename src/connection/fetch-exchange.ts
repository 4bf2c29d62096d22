/** One request and the head of its response. */

import { hasForbiddenHeaders, streamingFetch } from '../platform/platform.ts'
import { requestParts } from './attempt.ts'
import type { CallerError } from './caller-error.ts'
import type { ConnectionError, Failure } from './connection-error.ts'
import { TIMED_OUT, within } from './deadline.ts'
import type { Exchange, Opener, Opening } from './exchange.ts'
import type { HeaderMap } from './headers.ts'
import { openResponse } from './open-response.ts'
import type { ConnectionOptions } from './read-options.ts'
import { followRedirects, type Outcome } from './redirect.ts'
import { isStream } from './request-body.ts'
import { buildRequest, secretsOf, type RequestParts } from './request.ts'
import { cancel, discard } from './response.ts'
import { isFetchable } from './url.ts'

/** Requests that URL at each attempt. */
export class FetchOpener implements Opener {
  /** A text, for URLs are large, and few are asked for. */
  readonly href: string
  readonly options: ConnectionOptions
  /** Whether one of its attempts has sent a request. */
  hasSent = false

  constructor({ href }: URL, options: ConnectionOptions) {
    this.href = href
    this.options = options
  }

  next(attempt: number): Exchange {
    return new FetchExchange(this, attempt)
  }
}

/** One attempt, until its response is found to be good or not. */
class FetchExchange implements Exchange {
  readonly request = new AbortController()
  readonly attempt: number
  readonly #opener: FetchOpener
  /** The URL of the request; that of the source until it is known. */
  #href: string
  /** What is known so far of those that are sent. */
  #headers: HeaderMap | undefined

  constructor(opener: FetchOpener, attempt: number) {
    const { href, options } = opener
    this.attempt = attempt
    this.#opener = opener
    this.#href = href
    if (typeof options.headers !== 'function') this.#headers = options.headers
  }

  get url(): URL {
    return new URL(this.#href)
  }

  get secrets(): readonly string[] {
    return secretsOf(this.url, this.#headers)
  }

  /** Sends the request. */
  async open(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<Opening> {
    const { connectTimeout } = this.#opener.options
    const outcome = await within(connectTimeout, this.#send(lastEventId, failure), this.request)
    if (outcome === TIMED_OUT) {
      return { failure: { reason: 'timeout', what: `did not answer within ${connectTimeout} ms` } }
    }
    return 'failure' in outcome ? outcome : openResponse(outcome.response, this.url, this.request)
  }

  async #send(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<Outcome> {
    let parts: RequestParts
    try {
      const { options, hasSent } = this.#opener
      const asked = requestParts(
        this.url,
        options,
        { attempt: this.attempt, lastEventId: lastEventId ?? '', failure },
        {
          isFirst: !hasSent,
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
    const { href } = parts.url
    // Mostly the same: no second text of it.
    if (href !== this.#href) this.#href = href
    this.#headers = parts.headers
    // Close() or the end of the time may have come meanwhile.
    if (this.request.signal.aborted) {
      if (isStream(parts.body)) void cancel(parts.body)
      return { failure: { reason: 'network', what: 'was not requested' } }
    }

    try {
      return await this.#fetch(parts, lastEventId)
    } catch (cause) {
      // Elsewhere too, but a browser does not say why.
      const hint = isStream(parts.body) && hasForbiddenHeaders() ? ': browsers send streams only over HTTP/2' : ''
      return { failure: { reason: 'network', what: `could not be reached${hint}`, cause } }
    }
  }

  async #fetch(parts: RequestParts, lastEventId: string | undefined): Promise<Outcome> {
    const { options } = this.#opener
    const { redirect, withCredentials, fetchOptions, lastEventIdParameter } = options
    if (!isFetchable(parts.url)) {
      return unsupported('cannot be fetched: event streams come over http, https, data or blob')
    }
    const fetch = options.fetch ?? streamingFetch()
    if (typeof fetch === 'string') return unsupported(`cannot be fetched: ${fetch}`)

    const { signal } = this.request
    const request = buildRequest(parts, {
      withCredentials,
      manual: redirect !== 'follow',
      fetchOptions,
      lastEventId,
      lastEventIdParameter,
      signal,
    })
    this.#opener.hasSent = true
    const isFollowed = request[1].redirect === 'follow'
    const outcome = isFollowed ? { response: await fetch(...request) } : await followRedirects(fetch, request, redirect)
    // A caller's fetch may know nothing of signals.
    if (signal.aborted && 'response' in outcome) void discard(outcome.response)
    return outcome
  }
}

function unsupported(what: string): { failure: Failure } {
  return { failure: { reason: 'unsupported', what } }
}
