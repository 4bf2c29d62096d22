/** Rejects options of other APIs, which would silently do nothing. */

import { SERVER_OPTIONS } from '../platform/platform.ts'

/** Replacements, each with the names they replace. The first match wins, because `SERVER_OPTIONS` is more specific. */
const REPLACEMENTS = /* @__PURE__ */ SERVER_OPTIONS.concat([
  ['"headers"', 'header'],
  ['"body"', 'data payload'],
  ['"body: JSON.stringify(…)"', 'json'],
  ['"withCredentials"', 'credentials'],
  ['"lastEventId"', 'initialLastEventId'],
  ['"lastEventIdParameter"', 'lastEventIdQueryParameterName'],
  ['"connectTimeout" or "idleTimeout"', 'timeout'],
  ['"idleTimeout"', 'heartbeatTimeout'],
  ['"whenHidden"', 'openWhenHidden'],
  ['"reconnectionTime"', 'retry retryInterval reconnectInterval reconnectDelay'],
  ['"reconnect"', 'autoReconnect'],
  ['"reconnect: { maxAttempts }"', 'retries maxRetries maxReconnectAttempts'],
  [
    '"fetchOptions"',
    'mode cache keepalive integrity priority referrer referrerPolicy agent proxy https rejectUnauthorized',
  ],
  ['a listener or a loop', 'onopen onmessage onclose onerror onMessage'],
])

/** @throws a `TypeError` with the foreign option and its replacement */
export function rejectForeignOptions(given: Record<string, unknown>): void {
  for (const [instead, names] of REPLACEMENTS) {
    const name = names.split(' ').find((one) => given[one] !== undefined)
    if (name !== undefined) throw new TypeError(`Unknown option "${name}". Use ${instead}`)
  }
}
