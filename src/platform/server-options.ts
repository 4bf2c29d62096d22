/** Options for servers: undici's, and unsupported ones from other packages. */

import {
  checked,
  displayKind,
  isFunction,
  isObject,
  isPlain,
  members,
  MS,
  option,
  readMembers,
} from '../input/checks.ts'
import { supportsDispatcher } from './fetch.ts'

/** Replacements for options of server packages. */
export const SERVER_OPTIONS: [instead: string, names: string][] = [
  [
    '"fetchOptions" with "dispatcher" in Node, "client" in Deno, "proxy" and "tls" in Bun',
    'agent proxy https rejectUnauthorized tls client',
  ],
  ['"reconnectionTime"', 'initialRetryDelayMillis'],
  ['"idleTimeout"', 'readTimeoutMillis'],
  ['"reconnect: { maxDelay }"', 'maxBackoffMillis'],
  ['"reconnect: { resetAfter }"', 'retryResetIntervalMillis'],
  ['"reconnect: { jitter }"', 'jitterRatio'],
  ['"reconnect: { shouldReconnect }"', 'errorFilter'],
]

/** The values of undici's options, if given. */
interface UndiciOptions {
  reconnectionTime?: number
  /** Includes `dispatcher`. */
  fetchOptions: object
}

/**
 * Reads undici's options `dispatcher` and `node`. `fetchOptions.dispatcher` overrides them.
 *
 * @throws a `TypeError` with the option's name and the kind of value
 */
export function readUndiciOptions(
  given: Record<string, unknown>,
  fetchOptions: object,
  isRuntimeFetch: boolean,
): UndiciOptions {
  const node = members(checked(option('node'), given.node, isPlain, 'an object'))
  const times = readMembers(node, { reconnectionTime: MS }, 'node.')
  const dispatchers = {
    'fetchOptions.dispatcher': members(fetchOptions).dispatcher,
    dispatcher: given.dispatcher,
    'node.dispatcher': node.dispatcher,
  }
  const [place, dispatcher] = Object.entries(dispatchers).find(([, value]) => value !== undefined) ?? []
  if (place !== undefined) checkDispatcher(option(place), dispatcher, isRuntimeFetch)
  const isSet = members(fetchOptions).dispatcher === dispatcher
  return { ...times, fetchOptions: isSet ? fetchOptions : { ...fetchOptions, dispatcher } }
}

/** Not instanceof: there may be several copies of undici. */
function checkDispatcher(place: string, dispatcher: unknown, isRuntimeFetch: boolean): void {
  if (!isObject(dispatcher) || !('dispatch' in dispatcher) || !isFunction(dispatcher.dispatch)) {
    throw new TypeError(`${place} must be an undici dispatcher, got ${displayKind(dispatcher)}`)
  }
  if (!isRuntimeFetch || supportsDispatcher()) return
  throw new TypeError(`${place} is for Node only. Use "client" in Deno, "proxy" and "tls" in Bun`)
}
