/** Validates the caller's options once, up front. */

import { readMaxBufferSize } from '../decoder/event-decoder.ts'
import { readUndiciOptions } from '../platform/platform.ts'
import { initError } from '../platform/request-probes.ts'
import {
  isFunction,
  isObject,
  isPlain,
  isString,
  members,
  MS,
  option,
  optionMembers,
  readMembers,
  type Rule,
} from '../input/checks.ts'
import { rejectForeignOptions } from './foreign-options.ts'
import { readHeaders, type HeaderRecord } from './headers.ts'
import type { Attempt, EventSourceInit } from './options.ts'
import { INITIAL_RECONNECTION_TIME, readPolicy, type Policy } from './reconnect.ts'
import { checkedBody, isBodiless, isStream, readMethod, STREAM_SENT_ONCE, type RequestBody } from './request-body.ts'
import type { FetchLike } from './request.ts'

/** A function option, called for each attempt. Its result is validated then. */
export type AttemptCallback = (attempt: Attempt) => unknown

/** The validated options of a connection. */
export type ConnectionOptions = Readonly<CheckedOptions>

interface CheckedOptions {
  withCredentials: boolean
  /** Undefined for the runtime's `fetch`. */
  fetch: FetchLike | undefined
  method: string
  headers: HeaderRecord | AttemptCallback
  body: RequestBody | undefined | AttemptCallback
  resume: AttemptCallback | undefined
  redirect: NonNullable<EventSourceInit['redirect']>
  fetchOptions: object
  signal: AbortSignal | undefined
  lastEventId: string
  lastEventIdParameter: string | undefined
  onComment: ((comment: string) => void) | undefined
  onRefused: ((response: Response) => unknown) | undefined
  /** In ms; 0: no limit. */
  connectTimeout: number
  /** In ms; 0: no limit. */
  idleTimeout: number | 'auto'
  whenHidden: 'keep' | 'close'
  reconnectionTime: number
  policy: Policy
  maxBufferSize: number
}

const NO_MEMBERS = {}

/** Members of a fetch init that have their own option (`credentials` unless it is `omit`). */
const RESERVED_MEMBERS = ['method', 'headers', 'body', 'redirect', 'signal', 'credentials']

/** Shared by all connections without options, to save memory. */
const defaults: ConnectionOptions[] = []

/**
 * Converts `withCredentials` to a boolean as WebIDL does. Never coerces the other options.
 *
 * @param reconnectsGet whether GET connections reconnect by default
 * @throws a `TypeError` with the option's name and the invalid value
 */
export function readOptions(init: unknown, reconnectsGet = true): ConnectionOptions {
  if (init !== undefined) return checkOptions(init, reconnectsGet)
  return (defaults[Number(reconnectsGet)] ??= checkOptions(init, reconnectsGet))
}

const FUNCTION: Rule = [isFunction, 'a function']

/** Options that are validated independently of the others. */
const RULES: Record<string, Rule> = {
  fetch: FUNCTION,
  resume: FUNCTION,
  onComment: FUNCTION,
  onRefused: FUNCTION,
  redirect: [
    (value) => ['follow', 'error', 'same-origin'].includes(value as string),
    '"follow", "error" or "same-origin"',
  ],
  // Not instanceof: a polyfill's signal is not an instance of the runtime's class.
  signal: [
    (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value && 'removeEventListener' in value,
    'an AbortSignal',
  ],
  // A stream cannot send any other ID.
  lastEventId: [(value) => isString(value) && !/[\0\r\n]/.test(value), 'a string without line breaks or NUL'],
  lastEventIdParameter: [(value) => isString(value) && value !== '' && value === wellFormed(value), 'a parameter name'],
  connectTimeout: MS,
  idleTimeout: [(value) => value === 'auto' || MS[0](value), '"auto" or ' + MS[1]],
  whenHidden: [(value) => value === 'keep' || value === 'close', '"keep" or "close"'],
  reconnectionTime: MS,
  fetchOptions: [isPlain, 'an object'],
}

function checkOptions(init: unknown, reconnectsGet: boolean): ConnectionOptions {
  const given = optionMembers(init)
  rejectForeignOptions(given)
  const { headers, body, withCredentials, reconnect, maxBufferSize } = given
  const options = readMembers(given, RULES) as Partial<CheckedOptions>
  const { fetch, resume, fetchOptions = NO_MEMBERS, lastEventId = '' } = options
  const isRuntimeFetch = fetch === undefined
  const undiciOptions = readUndiciOptions(given, fetchOptions, isRuntimeFetch)
  const method = readMethod(given.method)
  const checkedOptions = {
    redirect: 'follow',
    reconnectionTime: INITIAL_RECONNECTION_TIME,
    ...undiciOptions,
    ...options,
    fetchOptions: undiciOptions.fetchOptions,
    withCredentials: Boolean(withCredentials),
    method,
    headers: (isFunction(headers) ? headers : readHeaders(headers, isRuntimeFetch)) as CheckedOptions['headers'],
    body: (isFunction(body) ? body : checkedBody(body, isRuntimeFetch)) as CheckedOptions['body'],
    lastEventId: wellFormed(lastEventId),
    connectTimeout: options.connectTimeout ?? 0,
    idleTimeout: options.idleTimeout ?? 0,
    whenHidden: options.whenHidden ?? 'keep',
    policy: readPolicy(
      reconnect,
      resume !== undefined || (reconnectsGet && method === 'GET'),
      resume === undefined && method !== 'GET',
    ),
    maxBufferSize: readMaxBufferSize(maxBufferSize),
  } as ConnectionOptions
  if (checkedOptions.body !== undefined && isBodiless(method)) {
    throw new TypeError(`Option "body" needs a "method" such as POST, got ${method}`)
  }
  const closesHidden = checkedOptions.whenHidden === 'close'
  const { reconnects } = checkedOptions.policy
  if (isStream(checkedOptions.body) && (reconnects || closesHidden) && !resume) {
    throw new TypeError(`Can't reconnect: ${STREAM_SENT_ONCE}`)
  }
  if (closesHidden && method !== 'GET' && !reconnects) {
    throw new TypeError(`${option('whenHidden')}: "close" would send ${method} again. Use "reconnect" or "resume" too`)
  }
  checkFetchOptions(fetchOptions, isRuntimeFetch)
  return checkedOptions
}

function checkFetchOptions(fetchOptions: object, isRuntimeFetch: boolean): void {
  const own = RESERVED_MEMBERS.find(
    (name) => name in fetchOptions && (name !== 'credentials' || members(fetchOptions)[name] !== 'omit'),
  )
  if (own !== undefined) {
    const instead = own === 'credentials' ? 'withCredentials' : own
    throw new TypeError(`${option('fetchOptions')} must not contain "${own}". Use option "${instead}"`)
  }
  const refusal = isRuntimeFetch ? initError(fetchOptions) : undefined
  if (refusal !== undefined)
    throw new TypeError(`${option('fetchOptions')} is not supported in this runtime: ${refusal}`)
}

/** Replaces lone surrogates, which a UTF-8 stream cannot contain. */
function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD')
}
