/** Options of other APIs: supported under the same name, rejected with advice, or ignored for a reason. */

import { describe, expect, it } from 'vitest'
import { readOptions } from '../../../src/connection/read-options.ts'

/** Expected result: supported, rejected with this advice, or ignored. */
type Outcome = 'ours' | `"${string}` | 'a listener' | 'ignored'

const NAMES: Record<string, Record<string, Outcome>> = {
  fetch: {
    method: 'ours',
    headers: 'ours',
    body: 'ours',
    redirect: 'ours',
    signal: 'ours',
    credentials: '"withCredentials"',
    mode: '"fetchOptions"',
    cache: '"fetchOptions"',
    keepalive: '"fetchOptions"',
    integrity: '"fetchOptions"',
    priority: '"fetchOptions"',
    referrer: '"fetchOptions"',
    referrerPolicy: '"fetchOptions"',
    // Set automatically.
    duplex: 'ignored',
  },
  'undici, Deno and Bun': { dispatcher: 'ours', node: 'ours', client: '"fetchOptions"', tls: '"fetchOptions"' },
  'eventsource 1 and 2': {
    headers: 'ours',
    https: '"fetchOptions"',
    proxy: '"fetchOptions"',
    rejectUnauthorized: '"fetchOptions"',
  },
  'Node http': { agent: '"fetchOptions"', timeout: '"connectTimeout" or "idleTimeout"' },
  'eventsource-client': {
    fetch: 'ours',
    onComment: 'ours',
    initialLastEventId: '"lastEventId"',
    onMessage: 'a listener',
    // onMessage already gets the advice.
    onConnect: 'ignored',
    onDisconnect: 'ignored',
    onScheduleReconnect: 'ignored',
  },
  'event-source-polyfill': {
    heartbeatTimeout: '"idleTimeout"',
    lastEventIdQueryParameterName: '"lastEventIdParameter"',
  },
  'fetch-event-source': {
    onopen: 'a listener',
    onmessage: 'a listener',
    onclose: 'a listener',
    onerror: 'a listener',
    openWhenHidden: '"whenHidden"',
  },
  'launchdarkly-eventsource': {
    initialRetryDelayMillis: '"reconnectionTime"',
    maxBackoffMillis: '"reconnect: { maxDelay }"',
    retryResetIntervalMillis: '"reconnect: { resetAfter }"',
    jitterRatio: '"reconnect: { jitter }"',
    errorFilter: '"reconnect: { shouldReconnect }"',
    readTimeoutMillis: '"idleTimeout"',
    // Headers always override the defaults.
    skipDefaultHeaders: 'ignored',
  },
  'sse.js': {
    payload: '"body"',
    autoReconnect: '"reconnect"',
    reconnectDelay: '"reconnectionTime"',
    maxRetries: '"reconnect: { maxAttempts }"',
    // The last event ID is always sent.
    useLastEventId: 'ignored',
    debug: 'ignored',
  },
  'clients of other protocols, and typos': {
    header: '"headers"',
    data: '"body"',
    json: '"body: JSON.stringify(…)"',
    retry: '"reconnectionTime"',
    retries: '"reconnect: { maxAttempts }"',
    retryInterval: '"reconnectionTime"',
    reconnectInterval: '"reconnectionTime"',
    maxReconnectAttempts: '"reconnect: { maxAttempts }"',
  },
}

describe.each(Object.entries(NAMES))('options of %s', (_, outcomes) => {
  const foreign = Object.entries(outcomes).filter(([, outcome]) => outcome !== 'ours')

  it.each(foreign.filter(([, outcome]) => outcome !== 'ignored'))(
    '%s throws a TypeError that recommends %s',
    (name, advice) => {
      for (const value of [null, false, 'option-secret', {}]) {
        const read = (): unknown => readOptions({ [name]: value })
        expect(read).toThrow(TypeError)
        expect(read).toThrow(`Unknown option "${name}". Use ${advice}`)
      }
      expect(() => readOptions({ [name]: undefined })).not.toThrow()
    },
  )

  it('options without effect are ignored', () => {
    const ignored = foreign.filter(([, outcome]) => outcome === 'ignored').map(([name]) => [name, true])
    expect(() => readOptions(Object.fromEntries(ignored))).not.toThrow()
  })

  it('shared options are supported', () => {
    const ours = Object.entries(outcomes).filter(([, outcome]) => outcome === 'ours')
    for (const [name] of ours) {
      expect(() => readOptions({ [name]: Symbol('bad') }), name).toThrow(`Option "${name}" `)
    }
  })
})

describe('undici options', () => {
  const dispatcher = { dispatch: () => true }

  it.each([
    ['dispatcher', { dispatcher }],
    ['node.dispatcher', { node: { dispatcher } }],
    ['fetchOptions.dispatcher', { fetchOptions: { dispatcher } }],
  ])('%s sets the dispatcher of the request', (_, options) => {
    expect(readOptions(options).fetchOptions).toEqual({ dispatcher })
  })

  it('combine with fetchOptions, which override them', () => {
    const other = { dispatch: () => false }
    expect(readOptions({ dispatcher, fetchOptions: { keepalive: true } }).fetchOptions).toEqual({
      keepalive: true,
      dispatcher,
    })
    expect(readOptions({ dispatcher, fetchOptions: { dispatcher: other } }).fetchOptions).toEqual({ dispatcher: other })
  })

  it('node.reconnectionTime sets the reconnection time unless reconnectionTime does', () => {
    expect(readOptions({ node: { reconnectionTime: 5 } }).reconnectionTime).toBe(5)
    expect(readOptions({ node: { reconnectionTime: 5 }, reconnectionTime: 7 }).reconnectionTime).toBe(7)
  })

  it('other members of node are ignored', () => {
    expect(() => readOptions({ node: { other: 1 } })).not.toThrow()
  })
})
