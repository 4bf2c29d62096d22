/** Options of other APIs, which would silently do nothing. */

import { SERVER_OPTIONS } from '../platform/platform.ts'

/** Replacements, each with the names that it replaces. The first match counts: `SERVER_OPTIONS` says more about some names. */
const REPLACEMENTS = /* @__PURE__ */ SERVER_OPTIONS.concat([
  ['"headers"', 'header'],
  ['"body"', 'data payload'],
  ['"body: JSON.stringify(…)"', 'json'],
  ['"withCredentials"', 'credentials'],
  ['"lastEventId"', 'initialLastEventId'],
  ['"lastEventIdParameter"', 'lastEventIdQueryParameterName'],
  ['"connectTimeout" or "idleTimeout"', 'timeout'],
  ['"idleTimeout"', 'heartbeatTimeout'],
  ['"reconnectionTime"', 'retry retryInterval reconnectInterval reconnectDelay'],
  ['"reconnect"', 'autoReconnect'],
  ['"reconnect: { maxAttempts }"', 'retries maxRetries maxReconnectAttempts'],
  [
    '"fetchOptions"',
    'mode cache keepalive integrity priority referrer referrerPolicy agent proxy https rejectUnauthorized',
  ],
  ['a listener or a loop', 'onopen onmessage onclose onerror onMessage'],
])

/** @throws a `TypeError` that names the option of another API, and what to use instead */
export function rejectForeignOptions(given: Record<string, unknown>): void {
  for (const [instead, names] of REPLACEMENTS) {
    const name = names.split(' ').find((one) => given[one] !== undefined)
    if (name !== undefined) throw new TypeError(`Unknown option "${name}". Use ${instead}`)
  }
}
