/** The caller's options, checked once, up front. */

import { readMaxBufferSize } from '../decoder/max-buffer-size.ts'
import { takesDispatchers } from '../platform/platform.ts'
import { refusalOf } from '../platform/request-probes.ts'
import {
  checked,
  displayKind,
  isFrom,
  isFunction,
  isObject,
  isPlain,
  isString,
  members,
  optionMembers,
} from '../input/checks.ts'
import { readHeaders, type HeaderRecord } from './headers.ts'
import type { Attempt, EventSourceInit } from './options.ts'
import { INITIAL_RECONNECTION_TIME, readPolicy, type Policy } from './reconnect.ts'
import { checkedBody, isBodiless, isStream, readMethod, type RequestBody } from './request-body.ts'
import type { FetchLike } from './request.ts'

/** A function of the caller's; what it returns is checked when it has been called. */
export type OfAttempt = (attempt: Attempt) => unknown

/** What a connection knows of its options after the check. */
export type ConnectionOptions = Readonly<CheckedOptions>

interface CheckedOptions {
  withCredentials: boolean
  /** Undefined: the runtime's. */
  fetch: FetchLike | undefined
  method: string
  headers: HeaderRecord | OfAttempt
  body: RequestBody | undefined | OfAttempt
  resume: OfAttempt | undefined
  redirect: NonNullable<EventSourceInit['redirect']>
  fetchOptions: object
  signal: AbortSignal | undefined
  lastEventId: string
  lastEventIdParameter: string | undefined
  onComment: ((comment: string) => void) | undefined
  /** In ms; 0: no limit. */
  connectTimeout: number
  /** In ms; 0: no limit. */
  idleTimeout: number
  reconnectionTime: number
  policy: Policy
  maxBufferSize: number
}

const NO_MEMBERS = {}

/** Members of a fetch init that an option of ours stands for. */
const OWN_MEMBERS: Record<string, string> = {
  method: 'method',
  headers: 'headers',
  body: 'body',
  redirect: 'redirect',
  signal: 'signal',
  credentials: 'withCredentials',
}

/** Those of all who give none, so that not every connection has its own. */
const defaults: { reconnecting?: ConnectionOptions; once?: ConnectionOptions } = {}

/**
 * Converts `withCredentials` as WebIDL converts a boolean; never coerces the others.
 *
 * @param reconnectsGet whether a lost GET connection is reestablished where nothing is said
 * @throws a `TypeError` that names the option and what was given.
 */
export function readOptions(init: unknown, reconnectsGet = true): ConnectionOptions {
  if (init !== undefined) return readGiven(init, reconnectsGet)
  return (defaults[reconnectsGet ? 'reconnecting' : 'once'] ??= readGiven(init, reconnectsGet))
}

function readGiven(init: unknown, reconnectsGet: boolean): ConnectionOptions {
  const given = optionMembers(init)
  const option = <T>(name: string, isValid: (value: unknown) => value is T, wanted: string): T | undefined =>
    checked(name, given[name], isValid, wanted)
  const timeout = (name: string): number => {
    const limit = option(name, isFrom(0), 'a number of milliseconds from 0 (0: no limit)') ?? 0
    // Nobody has to know which number a runtime's timers take for no limit.
    return limit === Infinity ? 0 : limit
  }
  const fetch = option('fetch', isFunction, 'a function') as FetchLike | undefined
  const method = readMethod(given.method)
  const { headers: ownHeaders, body: ownBody } = given
  const isOurFetch = fetch === undefined
  const headers = isFunction(ownHeaders) ? ownHeaders : readHeaders(ownHeaders, isOurFetch)
  const body = isFunction(ownBody) ? ownBody : checkedBody(ownBody, isOurFetch)
  const resume = option('resume', isFunction, 'a function')
  const policy = readPolicy(given.reconnect, resume !== undefined || (reconnectsGet && method === 'GET'))

  if (body !== undefined && isBodiless(method)) {
    throw new TypeError(`The option "body" needs another "method" than ${method}, such as POST`)
  }
  if (isStream(body) && policy.reconnects && !resume) {
    throw new TypeError(
      'The option "body" is a ReadableStream, which can be sent only once. With "reconnect", pass a function that returns a fresh one',
    )
  }

  return {
    withCredentials: Boolean(given.withCredentials),
    fetch,
    method,
    headers: headers as ConnectionOptions['headers'],
    body: body as ConnectionOptions['body'],
    resume: resume as ConnectionOptions['resume'],
    redirect: option('redirect', isRedirect, `"follow", "error" or "same-origin"`) ?? 'follow',
    fetchOptions: readFetchOptions(given.fetchOptions, isOurFetch),
    signal: option('signal', isSignal, 'an AbortSignal'),
    lastEventId: wellFormed(option('lastEventId', isId, 'a string without line ends and NUL') ?? ''),
    lastEventIdParameter: option('lastEventIdParameter', isName, 'a well-formed name'),
    onComment: option('onComment', isFunction, 'a function') as ConnectionOptions['onComment'],
    connectTimeout: timeout('connectTimeout'),
    idleTimeout: timeout('idleTimeout'),
    reconnectionTime:
      option('reconnectionTime', isFrom(0), 'a number of milliseconds from 0') ?? INITIAL_RECONNECTION_TIME,
    policy,
    maxBufferSize: readMaxBufferSize(given.maxBufferSize),
  }
}

function readFetchOptions(value: unknown, isOurFetch: boolean): object {
  const fetchOptions = checked('fetchOptions', value, isPlain, 'an object') ?? NO_MEMBERS
  for (const [member, option] of Object.entries(OWN_MEMBERS)) {
    if (member in fetchOptions) {
      throw new TypeError(`The option "fetchOptions" has the member "${member}": pass the option "${option}" instead`)
    }
  }
  const { dispatcher } = members(fetchOptions)
  checked('fetchOptions.dispatcher', dispatcher, isDispatcher, 'a dispatcher of undici', displayKind)
  if (dispatcher !== undefined && isOurFetch && !takesDispatchers()) {
    throw new TypeError(
      'The option "fetchOptions" has the member "dispatcher", which only the fetch of Node takes: Deno has "client", Bun "proxy" and "tls"',
    )
  }
  const refusal = isOurFetch ? refusalOf(fetchOptions) : undefined
  if (refusal !== undefined) {
    throw new TypeError(`The option "fetchOptions" is nothing that this runtime's fetch takes: ${refusal}`)
  }
  return fetchOptions
}

function isRedirect(value: unknown): value is ConnectionOptions['redirect'] {
  return value === 'follow' || value === 'error' || value === 'same-origin'
}

/** By its shape, for there are many copies of undici. */
function isDispatcher(value: unknown): value is object {
  return isObject(value) && 'dispatch' in value && typeof value.dispatch === 'function'
}

/** By its shape: a polyfill's is no instance of the runtime's class. */
function isSignal(value: unknown): value is AbortSignal {
  return isObject(value) && 'aborted' in value && 'addEventListener' in value && 'removeEventListener' in value
}

/** No stream can have another. */
function isId(value: unknown): value is string {
  return isString(value) && !/[\0\r\n]/.test(value)
}

function isName(value: unknown): value is string {
  return isString(value) && value !== '' && value === wellFormed(value)
}

/** As it could come from a stream, which is UTF-8: without lone surrogates. */
function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD')
}
