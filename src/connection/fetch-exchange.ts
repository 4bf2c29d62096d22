/** One HTTP attempt: builds the request from the options, sends it, and opens the response. */

import { checked, displayKind, isFunction, isObject, isPlain, isString, members, resultOf } from '../input/checks.ts'
import { hasForbiddenHeaders, isBlockedPort, signalProblem, streamingFetch } from '../platform/platform.ts'
import type { ConnectionError } from './connection-error.ts'
import type { Exchange, OpenedStream, Opener } from './exchange.ts'
import { asAttemptError, AttemptError, type FailureReason } from './failure.ts'
import { isBodyHeader, mergeHeaders, readHeaders, withoutHeaders, type HeaderRecord } from './headers.ts'
import type { Attempt } from './options.ts'
import type { ConnectionOptions, AttemptCallback } from './read-options.ts'
import { secretsOf } from './redaction.ts'
import { followRedirects } from './redirect.ts'
import { checkedBody, isBodiless, isStream, readMethod, STREAM_SENT_ONCE, type RequestBody } from './request-body.ts'
import { buildRequest, type FetchLikeResponse } from './request.ts'
import { cancel, cancelBody, openResponse } from './response.ts'
import { withTimeout, TIMED_OUT } from './timers.ts'
import { isFetchable, parseURL } from './url.ts'

/** Requests the same URL for each attempt. */
export class FetchOpener implements Opener {
  /** A string, because a `URL` object is large. */
  readonly href: string
  readonly options: ConnectionOptions
  /** Whether any attempt has sent a request. */
  hasSent = false

  constructor({ href }: URL, options: ConnectionOptions) {
    this.href = href
    this.options = options
  }

  next(attempt: number): Exchange {
    return new FetchExchange(this, attempt)
  }

  close(): void {
    const { body } = this.options
    if (!this.hasSent && isStream(body)) void cancel(body)
  }
}

/** One attempt, until its response is accepted or refused. */
class FetchExchange implements Exchange {
  readonly controller = new AbortController()
  readonly attempt: number
  readonly #opener: FetchOpener
  /** The URL of the source until the URL of the request is known. */
  #href: string
  /** The headers known so far, whose values must not leak into errors. */
  #headers: HeaderRecord | undefined

  constructor(opener: FetchOpener, attempt: number) {
    const { href, options } = opener
    this.attempt = attempt
    this.#opener = opener
    this.#href = href
    if (typeof options.headers !== 'function') this.#headers = options.headers
  }

  get fromCaller(): boolean {
    return this.#opener.options.fetch !== undefined
  }

  get url(): URL {
    return new URL(this.#href)
  }

  get secrets(): readonly string[] {
    return secretsOf(this.url, this.#headers)
  }

  async open(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<OpenedStream> {
    const { connectTimeout, onRefused } = this.#opener.options
    const response = await withTimeout(connectTimeout, this.#send(lastEventId, failure), this.controller.signal)
    if (response !== TIMED_OUT) return openResponse(response, this.url, this.controller, onRefused)
    this.controller.abort()
    throw new AttemptError({ reason: 'timeout', message: `did not respond within ${connectTimeout} ms` })
  }

  async #send(lastEventId: string | undefined, failure: ConnectionError | undefined): Promise<FetchLikeResponse> {
    const opener = this.#opener
    const { options } = opener
    const { headers, body } = options
    const { url } = this
    const { signal } = this.controller
    const { fromCaller } = this
    const isRuntimeFetch = !fromCaller
    const resume = opener.hasSent ? options.resume : undefined
    const attempt: Attempt = { attempt: this.attempt, lastEventId: lastEventId ?? '', failure }
    const callOption = async <T>(name: string, callback: AttemptCallback, read: (answer: unknown) => T): Promise<T> => {
      throwIfAborted(signal)
      try {
        return read(await callback(attempt))
      } catch (cause) {
        throw notRequested('request', `the function "${name}" failed`, cause)
      }
    }

    // Without functions to call, the request is sent synchronously; functions run only after the constructor returns.
    if (isFunction(headers) || isFunction(body) || resume) await Promise.resolve()
    let ownHeaders = isFunction(headers)
      ? await callOption('headers', headers, (given) => readHeaders(given, isRuntimeFetch, resultOf('headers')))
      : headers
    this.#headers = ownHeaders
    const resumed: Resumed = resume
      ? await callOption('resume', resume, (given) => readResumed(given, url, isRuntimeFetch))
      : NOTHING_RESUMED
    const { url: target = url, method = options.method } = resumed
    if (isBodiless(method) && !isBodiless(options.method)) ownHeaders = withoutHeaders(ownHeaders, isBodyHeader)
    const allHeaders = (this.#headers = mergeHeaders(ownHeaders, resumed.headers))
    let requestBody = resumed.body
    if (isBodiless(method)) requestBody = undefined
    else if (requestBody === undefined) {
      requestBody = isFunction(body)
        ? await callOption('body', body, (given) => checkedBody(given, isRuntimeFetch, resultOf('body')))
        : this.#unsentBody(body)
    }
    // Usually equal: don't keep a second string.
    if (target.href !== this.#href) this.#href = target.href
    // close() or the timeout may have aborted it meanwhile.
    if (signal.aborted && requestBody !== body && isStream(requestBody)) void cancel(requestBody)
    throwIfAborted(signal)
    if (!isFetchable(target)) throw unfetchable('use an http, https, data or blob URL')
    const fetch = options.fetch ?? streamingFetch()
    if (typeof fetch === 'string') throw unfetchable(fetch)

    const parts = { url: target, method, headers: allHeaders, body: requestBody ?? undefined }
    try {
      const request = buildRequest(parts, options, lastEventId, signal)
      opener.hasSent = true
      const isFollowed = request[1].redirect === 'follow'
      const response = await (isFollowed ? fetch(...request) : followRedirects(fetch, request, options.redirect))
      // A caller's fetch may ignore the signal.
      if (this.controller.signal.aborted) void cancelBody(response)
      return response
    } catch (cause) {
      if (isBlockedPort(cause)) throw unfetchable(`fetch blocks port ${target.port}`)
      const problem = isRuntimeFetch ? signalProblem(signal) : undefined
      if (problem !== undefined) throw notRequested('unsupported', problem, cause)
      // Browsers don't report the reason; other runtimes do.
      const hint = isStream(requestBody) && hasForbiddenHeaders() ? ': stream bodies need HTTP/2' : ''
      throw asAttemptError(cause, { reason: 'network', message: `could not be reached${hint}`, fromCaller })
    }
  }

  /** A stream can be sent only once, so retrying is pointless. */
  #unsentBody(body: RequestBody | undefined): RequestBody | undefined {
    if (!this.#opener.hasSent || !isStream(body)) return body
    throw notRequested('unsupported', STREAM_SENT_ONCE)
  }
}

/** The validated result of `resume`. */
interface Resumed {
  url?: URL
  method?: string
  headers: HeaderRecord
  /** `null` for no body; absent to use the option `body`. */
  body?: RequestBody | null
}

const NOTHING_RESUMED: Resumed = { headers: {} }

function isStringOrURL(value: unknown): value is string | { href: unknown } {
  return isString(value) || (isObject(value) && 'href' in value)
}

function readResumed(given: unknown, base: URL, isRuntimeFetch: boolean): Resumed {
  if (given === undefined) return NOTHING_RESUMED
  if (!isPlain(given))
    throw new TypeError(`${resultOf('resume')} must be an object or undefined, got ${displayKind(given)}`)
  const { url, method, headers, body } = members(given)
  const place = (name: string): string => `"${name}" in the result of "resume"`
  const resumed: Resumed = { headers: readHeaders(headers, isRuntimeFetch, place('headers')) }
  const target = checked(place('url'), url, isStringOrURL, 'a string or a URL', displayKind)
  if (target !== undefined) resumed.url = parseURL(isString(target) ? target : String(target.href), base.href)
  if (method !== undefined) resumed.method = readMethod(method, place('method'))
  if (body !== undefined) resumed.body = checkedBody(body, isRuntimeFetch, place('body')) ?? null
  return resumed
}

/** @param cause the error of the caller's function */
function notRequested(reason: FailureReason, why: string, cause?: unknown): AttemptError {
  return new AttemptError({ reason, message: `was not requested: ${why}`, cause, fromCaller: true })
}

function unfetchable(why: string): AttemptError {
  return new AttemptError({ reason: 'unsupported', message: `cannot be fetched: ${why}` })
}

/** The error is never shown: code that aborts does not wait for the attempt. */
function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AttemptError({ reason: 'network', message: 'was not requested' })
}
