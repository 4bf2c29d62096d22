/** One request: what the caller wants of this attempt, and the head of its response. */

import { displayKind, isObject, isPlain, isString, members } from '../input/checks.ts'
import { hasForbiddenHeaders, streamingFetch } from '../platform/platform.ts'
import type { ConnectionError } from './connection-error.ts'
import type { Exchange, Opened, Opener } from './exchange.ts'
import { AttemptError } from './failure.ts'
import { describesBody, mergeHeaders, readHeaders, withoutHeaders, type HeaderRecord } from './headers.ts'
import type { Attempt } from './options.ts'
import type { ConnectionOptions, OfAttempt } from './read-options.ts'
import { secretsOf } from './redaction.ts'
import { followRedirects } from './redirect.ts'
import { checkedBody, isBodiless, isStream, readMethod, type RequestBody } from './request-body.ts'
import { buildRequest, type FetchLikeResponse, type RequestParts } from './request.ts'
import { cancel, discard, openResponse } from './response.ts'
import { inTime, TIMED_OUT } from './timers.ts'
import { isFetchable, parseURL } from './url.ts'

/** Requests that URL at each attempt. */
export class FetchOpener implements Opener {
  /** A text, because a `URL` object is large. */
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
  /** As far as they are known: no error may show them. */
  #headers: HeaderRecord | undefined

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

  async open(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<Opened> {
    const { connectTimeout } = this.#opener.options
    const response = await inTime(connectTimeout, this.#send(lastEventId, failure), this.request.signal)
    if (response !== TIMED_OUT) return openResponse(response, this.url, this.request)
    this.request.abort()
    throw new AttemptError({ reason: 'timeout', what: `did not answer within ${connectTimeout} ms` })
  }

  async #send(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<FetchLikeResponse> {
    const { options } = this.#opener
    const { signal } = this.request
    const asked = this.#parts({ attempt: this.attempt, lastEventId: lastEventId ?? '', failure })
    // Where nothing has to be asked, the request goes out at once.
    const parts = 'then' in asked ? await asked : asked
    const { url, body } = parts
    // Mostly the same: no second text of it.
    if (url.href !== this.#href) this.#href = url.href
    this.#headers = parts.headers
    // close() or the timeout may have come meanwhile.
    if (signal.aborted) {
      if (isStream(body)) void cancel(body)
      throw new AttemptError({ reason: 'network', what: 'was not requested' })
    }
    if (!isFetchable(url)) throw unfetchable('event streams come over http, https, data or blob')
    const fetch = options.fetch ?? streamingFetch()
    if (typeof fetch === 'string') throw unfetchable(fetch)

    const request = buildRequest(parts, options, lastEventId, signal)
    this.#opener.hasSent = true
    try {
      const isFollowed = request[1].redirect === 'follow'
      const response = await (isFollowed ? fetch(...request) : followRedirects(fetch, request, options.redirect))
      // A caller's fetch may ignore signals.
      if (this.request.signal.aborted) void discard(response)
      return response
    } catch (cause) {
      if (cause instanceof AttemptError) throw cause
      // Elsewhere too, but a browser does not say why.
      const hint = isStream(body) && hasForbiddenHeaders() ? ': browsers send streams only over HTTP/2' : ''
      throw new AttemptError({ reason: 'network', what: `could not be reached${hint}`, cause })
    }
  }

  /** What the caller wants of the request. Not a promise where no function has to be asked. */
  #parts(attempt: Attempt): RequestParts | Promise<RequestParts> {
    const { method, headers, body, resume } = this.#opener.options
    if (typeof headers === 'function' || typeof body === 'function' || (resume && this.#opener.hasSent)) {
      return this.#askForParts(attempt)
    }
    return { url: this.url, method, headers, body: this.#once(body) }
  }

  async #askForParts(attempt: Attempt): Promise<RequestParts> {
    const { hasSent, options } = this.#opener
    const { fetch, headers, body } = options
    const { url } = this
    const isOurFetch = fetch === undefined
    const ask = async <T>(name: string, question: OfAttempt, read: (answer: unknown) => T): Promise<T> => {
      // Not while the code that makes the source still runs.
      await Promise.resolve()
      if (this.request.signal.aborted) throw notRequested(`the function "${name}" was not asked`)
      try {
        return read(await question(attempt))
      } catch (cause) {
        throw notRequested(`the function "${name}" failed`, cause)
      }
    }

    const own =
      typeof headers === 'function'
        ? await ask('headers', headers, (given) => readHeaders(given, isOurFetch, 'What "headers" returned'))
        : headers
    this.#headers = own
    const resume = hasSent ? options.resume : undefined
    const resumed: Resumed = resume
      ? await ask('resume', resume, (given) => readResumed(given, url, isOurFetch))
      : NOTHING_RESUMED
    const all = mergeHeaders(own, resumed.headers)
    this.#headers = all

    const parts: RequestParts = {
      url: resumed.url ?? url,
      method: resumed.method ?? options.method,
      headers: all,
      body: undefined,
    }
    if (isBodiless(parts.method)) {
      const kept = isBodiless(options.method) ? own : withoutHeaders(own, describesBody)
      parts.headers = mergeHeaders(kept, resumed.headers)
    } else if (resumed.body !== undefined) {
      parts.body = resumed.body ?? undefined
    } else {
      parts.body =
        typeof body === 'function'
          ? await ask('body', body, (given) => checkedBody(given, isOurFetch))
          : this.#once(body)
    }
    return parts
  }

  /** A stream is used up after the first request. */
  #once(body: RequestBody | undefined): RequestBody | undefined {
    if (!this.#opener.hasSent || !isStream(body)) return body
    throw new AttemptError({
      // To try again would be pointless.
      reason: 'unsupported',
      what: 'was not requested: the option "body" is a ReadableStream, which has been sent already',
      cause: new TypeError('Pass a function that returns a fresh ReadableStream as the option "body"'),
      isCallers: true,
    })
  }
}

/** What `resume` returned, checked. */
interface Resumed {
  url?: URL
  method?: string
  headers: HeaderRecord
  /** `null`: none. Absent: that of the options. */
  body?: RequestBody | null
}

const NOTHING_RESUMED: Resumed = { headers: {} }

function readResumed(given: unknown, base: URL, isOurFetch: boolean): Resumed {
  if (given === undefined) return NOTHING_RESUMED
  if (!isPlain(given)) throw new TypeError(`"resume" must return an object or undefined, not ${displayKind(given)}`)
  const { url, method, headers, body } = members(given)
  const resumed: Resumed = { headers: readHeaders(headers, isOurFetch, 'What "resume" returned as "headers"') }
  if (url !== undefined) {
    if (!isString(url) && !(isObject(url) && 'href' in url)) {
      throw new TypeError(`What "resume" returned as "url" must be a string or a URL, not ${displayKind(url)}`)
    }
    resumed.url = parseURL(isString(url) ? url : String(url.href), base.href)
  }
  if (method !== undefined) resumed.method = readMethod(method)
  if (body !== undefined) resumed.body = checkedBody(body, isOurFetch) ?? null
  return resumed
}

function notRequested(why: string, cause?: unknown): AttemptError {
  return new AttemptError({ reason: 'request', what: `was not requested: ${why}`, cause, isCallers: true })
}

function unfetchable(why: string): AttemptError {
  return new AttemptError({ reason: 'unsupported', what: `cannot be fetched: ${why}` })
}
