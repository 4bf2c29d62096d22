/** What the caller wants of an attempt: its options, the functions among them asked. */

import { CallerError } from './caller-error.ts'
import { displayKind, isObject, isPlain, isString, members } from '../input/checks.ts'
import { merged, readHeaders, withoutBodyHeaders, type HeaderMap } from './headers.ts'
import { isBodiless, readMethod } from './method.ts'
import type { Attempt } from './options.ts'
import type { ConnectionOptions, OfAttempt } from './read-options.ts'
import { checkedBody, isStream, type RequestBody } from './request-body.ts'
import type { RequestParts } from './request.ts'
import { parseURL } from './url.ts'

/** What else there is to know of an attempt. */
export interface Situation {
  /** Whether no request of the connection has been sent before. */
  isFirst: boolean
  /** Nothing is asked once it is aborted. */
  signal: AbortSignal
  /** Called with headers as soon as they are known, for no error may show them. */
  learn: (headers: HeaderMap) => void
}

/**
 * The parts of the request. Not a promise where nothing has to be asked: then the request goes out at once.
 *
 * @throws a `CallerError`
 */
export function requestParts(
  url: URL,
  options: ConnectionOptions,
  attempt: Attempt,
  situation: Situation,
): RequestParts | Promise<RequestParts> {
  const { method, headers, body, resume } = options
  const { isFirst } = situation
  const resumed = isFirst ? undefined : resume
  if (typeof headers === 'function' || typeof body === 'function' || resumed) {
    return askForParts(url, options, attempt, situation)
  }
  return { url, method, headers, body: once(body, isFirst) }
}

async function askForParts(
  url: URL,
  { fetch, method: ownMethod, headers, body, resume }: ConnectionOptions,
  attempt: Attempt,
  { isFirst, signal, learn }: Situation,
): Promise<RequestParts> {
  const isOurFetch = fetch === undefined
  const ask = async <T>(name: string, answer: OfAttempt, read: (answer: unknown) => T): Promise<T> => {
    // Not while the code is still running that makes the source.
    await Promise.resolve()
    if (signal.aborted) throw new CallerError(`the function "${name}" was not asked`, undefined)
    try {
      return read(await answer(attempt))
    } catch (cause) {
      throw new CallerError(`the function "${name}" failed`, cause)
    }
  }

  const own: HeaderMap =
    typeof headers === 'function'
      ? await ask('headers', headers, (given) => readHeaders(given, isOurFetch, 'What "headers" returned'))
      : headers
  learn(own)
  const resumed =
    resume && !isFirst ? await ask('resume', resume, (given) => readResumed(given, url, isOurFetch)) : NOTHING_RESUMED
  const all = merged(own, resumed.headers)
  learn(all)

  const method = resumed.method ?? ownMethod
  const target = resumed.url ?? url
  if (isBodiless(method)) {
    const kept = isBodiless(ownMethod) ? own : withoutBodyHeaders(own)
    return { url: target, method, headers: merged(kept, resumed.headers), body: undefined }
  }
  let content = resumed.body
  if (content === undefined) {
    content =
      typeof body === 'function'
        ? await ask('body', body, (given) => checkedBody(given, isOurFetch))
        : once(body, isFirst)
  }
  return { url: target, method, headers: all, body: content ?? undefined }
}

/** A stream is used up after the first request. */
function once(body: RequestBody | undefined, isFirst: boolean): RequestBody | undefined {
  if (isFirst || !isStream(body)) return body
  throw new CallerError(
    'the option "body" is a ReadableStream, which has been sent already',
    new TypeError('Pass a function that returns a fresh ReadableStream as the option "body"'),
    // To try again would be futile.
    'unsupported',
  )
}

/** What `resume` returned, checked. */
interface Resumed {
  url?: URL
  method?: string
  headers: HeaderMap
  /** `null`: none. Absent: that of the options. */
  body?: RequestBody | null
}

const NOTHING_RESUMED: Resumed = { headers: new Map() }

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
