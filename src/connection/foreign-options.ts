/** Options of other APIs, which would do nothing here without a word. */

const RECONNECTION_TIME = '"reconnectionTime"'
const MAX_ATTEMPTS = '"reconnect: { maxAttempts }"'
const FETCH_OPTIONS = '"fetchOptions"'
const CONNECTION = `${FETCH_OPTIONS}: its "dispatcher" in Node, "client" in Deno, "proxy" and "tls" in Bun`
const LISTENER = 'a listener, or a loop over streamEvents'

/** By name, what to use instead. */
const INSTEAD: Record<string, string> = {
  header: '"headers"',
  data: '"body"',
  json: '"body: JSON.stringify(…)"',
  payload: '"body"',
  credentials: '"withCredentials"',
  initialLastEventId: '"lastEventId"',
  lastEventIdQueryParameterName: '"lastEventIdParameter"',
  timeout: '"connectTimeout" or "idleTimeout"',
  heartbeatTimeout: '"idleTimeout"',
  readTimeoutMillis: '"idleTimeout"',
  retry: RECONNECTION_TIME,
  retryInterval: RECONNECTION_TIME,
  reconnectInterval: RECONNECTION_TIME,
  reconnectDelay: RECONNECTION_TIME,
  initialRetryDelayMillis: RECONNECTION_TIME,
  maxBackoffMillis: '"reconnect: { maxDelay }"',
  retryResetIntervalMillis: '"reconnect: { resetAfter }"',
  jitterRatio: '"reconnect: { jitter }"',
  errorFilter: '"reconnect: { shouldReconnect }"',
  autoReconnect: '"reconnect"',
  maxRetries: MAX_ATTEMPTS,
  retries: MAX_ATTEMPTS,
  maxReconnectAttempts: MAX_ATTEMPTS,
  agent: CONNECTION,
  proxy: CONNECTION,
  https: CONNECTION,
  tls: CONNECTION,
  client: CONNECTION,
  rejectUnauthorized: CONNECTION,
  mode: FETCH_OPTIONS,
  cache: FETCH_OPTIONS,
  keepalive: FETCH_OPTIONS,
  referrerPolicy: FETCH_OPTIONS,
  onopen: LISTENER,
  onmessage: LISTENER,
  onerror: LISTENER,
  onMessage: LISTENER,
}

/** @throws a `TypeError` that names the option of another API, and what to use instead */
export function refuseForeignOptions(given: Record<string, unknown>): void {
  for (const [name, instead] of Object.entries(INSTEAD)) {
    if (given[name] !== undefined) throw new TypeError(`Unknown option "${name}". Use ${instead}`)
  }
}
