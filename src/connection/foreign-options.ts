/** Options of other APIs, which would do nothing here without a word. */

/** What to use instead of which. */
const INSTEAD: [instead: string, names: string][] = [
  ['"headers"', 'header'],
  ['"body"', 'data payload'],
  ['"body: JSON.stringify(…)"', 'json'],
  ['"withCredentials"', 'credentials'],
  ['"lastEventId"', 'initialLastEventId'],
  ['"lastEventIdParameter"', 'lastEventIdQueryParameterName'],
  ['"connectTimeout" or "idleTimeout"', 'timeout'],
  ['"idleTimeout"', 'heartbeatTimeout readTimeoutMillis'],
  ['"reconnectionTime"', 'retry retryInterval reconnectInterval reconnectDelay initialRetryDelayMillis'],
  ['"reconnect"', 'autoReconnect'],
  ['"reconnect: { maxAttempts }"', 'maxRetries retries maxReconnectAttempts'],
  ['"reconnect: { maxDelay }"', 'maxBackoffMillis'],
  ['"reconnect: { resetAfter }"', 'retryResetIntervalMillis'],
  ['"reconnect: { jitter }"', 'jitterRatio'],
  ['"reconnect: { shouldReconnect }"', 'errorFilter'],
  ['"fetchOptions"', 'mode cache keepalive integrity priority referrer referrerPolicy'],
  [
    '"fetchOptions" with "dispatcher" in Node, "client" in Deno, "proxy" and "tls" in Bun',
    'agent proxy https tls client rejectUnauthorized',
  ],
  [
    'a listener, or a loop over streamEvents',
    'onopen onmessage onclose onerror onMessage onConnect onDisconnect onScheduleReconnect',
  ],
]

/** @throws a `TypeError` that names the option of another API, and what to use instead */
export function refuseForeignOptions(given: Record<string, unknown>): void {
  for (const [instead, names] of INSTEAD) {
    const name = names.split(' ').find((one) => given[one] !== undefined)
    if (name !== undefined) throw new TypeError(`Unknown option "${name}". Use ${instead}`)
  }
}
