/** Options as users write them: `tsc` checks this file, nothing runs it. */

/* eslint-disable @typescript-eslint/no-unused-vars -- only types matter here */

import {
  type Attempt,
  ConnectionError,
  EventSource,
  type EventSourceInit,
  type FetchLikeInit,
  type ReconnectPolicy,
  type RequestBody,
  type RequestHeaders,
  type ResumedRequest,
} from 'everysource'
import { Agent, fetch as undiciFetch } from 'undici'

/** True if both types are identical, including `any` and unions. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(answer: Same<A, B>): void
declare function connect(options: EventSourceInit): EventSource
declare function freshToken(): Promise<string>
declare const prompt: { messages: string[] }
declare const url: string

// A chat
new EventSource(url, {
  method: 'POST',
  headers: { Authorization: 'Bearer x', 'Content-Type': 'application/json' },
  body: JSON.stringify(prompt),
})

// Fresh tokens
new EventSource(url, {
  headers: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
  reconnect: { shouldReconnect: ({ status }) => status === 401 || undefined },
})
connect({
  headers: async ({ attempt, lastEventId, failure }) => {
    same<typeof attempt, number>(true)
    same<typeof lastEventId, string>(true)
    same<typeof failure, ConnectionError | undefined>(true)
    return failure?.status === 401 ? { Authorization: await freshToken() } : undefined
  },
})

// A POST resumed with a GET
connect({ method: 'POST', body: '{}', resume: ({ lastEventId }) => ({ method: 'GET', url: `/resume/${lastEventId}` }) })
connect({ resume: () => undefined })
connect({ resume: async () => Promise.resolve({ headers: new Headers(), body: null }) })
connect({ resume: () => ({ url: new URL(url), method: undefined, headers: undefined, body: undefined }) })

// Headers
declare const token: string | undefined
connect({ headers: { Authorization: token } })
connect({ headers: new Headers() })
connect({ headers: [['Authorization', 'x']] })
connect({ headers: [['Authorization', 'x'] as const] as const })
connect({ headers: () => new Headers() })
connect({ headers: () => [['X-One', '1']] })
connect({ headers: () => undefined })
connect({ headers: undefined })
// @ts-expect-error -- values must be strings
connect({ headers: { 'X-Count': 1 } })
// @ts-expect-error -- must be a function that returns the promise
connect({ headers: Promise.resolve({}) })
// @ts-expect-error -- not a string
connect({ headers: 'Authorization: x' })
// @ts-expect-error -- values must be strings
connect({ headers: () => ({ 'X-Count': 1 }) })

// Bodies
const bodies: RequestBody[] = [
  'text',
  new Uint8Array(1),
  new ArrayBuffer(1),
  new DataView(new ArrayBuffer(1)),
  new Blob([]),
  new File([], 'x'),
  new FormData(),
  new URLSearchParams(),
  new ReadableStream<Uint8Array>(),
]
for (const body of bodies) connect({ method: 'POST', body })
for (const body of bodies) connect({ method: 'POST', body: () => body })
connect({ method: 'POST', body: async ({ attempt }) => Promise.resolve(String(attempt)) })
connect({ method: 'POST', body: null })
connect({ method: 'POST', body: () => null })
connect({ method: 'POST', body: undefined })
// @ts-expect-error -- callers must serialize JSON
connect({ method: 'POST', body: { a: 1 } })
// @ts-expect-error -- a number is not a body
connect({ method: 'POST', body: 7 })

// Policies
const policy: ReconnectPolicy = {
  maxAttempts: 5,
  factor: 1.5,
  maxDelay: 60_000,
  jitter: 0,
  resetAfter: Infinity,
  shouldReconnect: async (failure) => {
    same<typeof failure, ConnectionError>(true)
    return Promise.resolve(failure.retryAfter ?? failure.status === 503)
  },
}
connect({ reconnect: policy })
connect({ reconnect: true })
connect({ reconnect: false })
connect({ reconnect: {} })
connect({ reconnect: { shouldReconnect: () => undefined } })
connect({ reconnect: { shouldReconnect: () => 1_000 } })
connect({ reconnect: { maxAttempts: undefined, shouldReconnect: undefined } })
// @ts-expect-error -- must be a boolean or a policy
connect({ reconnect: 'yes' })
// @ts-expect-error -- unknown member
connect({ reconnect: { retries: 3 } })
// @ts-expect-error -- must be a boolean, a number or undefined
connect({ reconnect: { shouldReconnect: () => 'yes' } })

// Requests and timeouts
connect({ redirect: 'follow' })
connect({ redirect: 'error' })
connect({ redirect: 'same-origin' })
// @ts-expect-error -- supported by fetch only
connect({ redirect: 'manual' })
connect({ signal: AbortSignal.timeout(1_000) })
// @ts-expect-error -- a controller is not a signal
connect({ signal: new AbortController() })
connect({ lastEventId: '7', lastEventIdParameter: 'from' })
// @ts-expect-error -- an ID is a string
connect({ lastEventId: 7 })
connect({ connectTimeout: 10_000, idleTimeout: 60_000, reconnectionTime: 1_000 })
connect({ idleTimeout: 'auto', whenHidden: 'close' })
connect({ whenHidden: 'keep' })
// @ts-expect-error -- "keep" or "close"
connect({ whenHidden: true })
// @ts-expect-error -- never coerced
connect({ idleTimeout: '60' })
connect({
  onComment: (comment) => {
    same<typeof comment, string>(true)
  },
})
connect({ onComment: console.log })

// fetchOptions
connect({ fetchOptions: { referrerPolicy: 'no-referrer', keepalive: true } })
connect({ fetchOptions: { dispatcher: new Agent() } })
connect({ fetchOptions: { tls: { rejectUnauthorized: false } } })
const requestInit: RequestInit = {}
connect({ fetchOptions: requestInit })
// @ts-expect-error -- must be an object
connect({ fetchOptions: 'no-referrer' })

// All options may be undefined
type AllUndefined = { [Name in keyof Required<EventSourceInit>]: undefined }
declare const allUndefined: AllUndefined
connect(allUndefined)

// Custom fetch
connect({ fetch: (input, init) => fetch(input, { ...init }) })
connect({ fetch: (input, init) => fetch(input, { ...init, credentials: 'omit' }) })
connect({ fetch: (input, init) => fetch(new Request(input, init)) })
connect({ fetch: (input, init) => undiciFetch(input, { ...init }) })
connect({ fetch: (input, init) => undiciFetch(input, { ...init, dispatcher: new Agent() }) })
connect({ fetch: undiciFetch })
connect({
  fetch: (input, init) => {
    same<typeof init, FetchLikeInit>(true)
    same<typeof init.method, string>(true)
    same<typeof init.redirect, 'follow' | 'manual'>(true)
    return fetch(input, init)
  },
})

// Named types
const attempt: Attempt = { attempt: 1, lastEventId: '', failure: undefined }
// @ts-expect-error -- read only
attempt.attempt = 2
const headers: RequestHeaders = new Headers()
const resumed: ResumedRequest = { url, method: 'GET', headers, body: null }

export { resumed }
