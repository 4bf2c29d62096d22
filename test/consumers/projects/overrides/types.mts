/** The SDK's declarations use types of `eventsource`, which are those of everysource here. */

import { SSEClientTransport, SseError } from '@modelcontextprotocol/sdk/client/sse.js'

const url = new URL('http://a.test/')
new SSEClientTransport(url, { eventSourceInit: { reconnectionTime: 100, reconnect: { maxAttempts: 3 } } })
new SSEClientTransport(url, { eventSourceInit: { fetch: (input, init) => fetch(input, init) } })
// @ts-expect-error -- our options are strictly typed
new SSEClientTransport(url, { eventSourceInit: { reconnectionTime: '100' } })
declare const error: SseError
export const code: number | undefined = error.event.code
export const reason: 'network' | 'request' | string = error.event.error.reason
