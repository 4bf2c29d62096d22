/** The SDK's client and server, with everysource in place of `eventsource`. */

import { setImmediate as task } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { EventSource } from 'eventsource'
import { startServer } from './server.mjs'

const server = await startServer()
const { seen } = server
const found = { name: EventSource.name, isOurs: 'fromReadableStream' in EventSource }

const transport = new SSEClientTransport(server.url('/sse'), {
  requestInit: { headers: { Authorization: 'Bearer of-init' } },
  eventSourceInit: { reconnectionTime: 100 },
})
const client = new Client({ name: 'client', version: '1.0.0' })
const logged = []
client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data))
await client.connect(transport)
found.tools = (await client.listTools()).tools.map(({ name }) => name)
found.sum = (await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })).content[0].text
found.logged = logged
found.token = seen.tokens[0]

// The server drops the connection. The transport reports it and reconnects automatically.
const lost = new Promise((resolve) => {
  client.onerror = resolve
})
const connections = seen.connections
for (const response of seen.open) response.destroy()
const error = await lost
found.lost = {
  name: error.constructor.name,
  code: error.code ?? null,
  message: error.message.startsWith('SSE error: The event stream at'),
}
while (seen.connections === connections) await task()
await client.close()
while (seen.open.size > 0) await task()
found.closed = true

// A rejected connection has the status as its error code.
const refused = new SSEClientTransport(server.url('/guarded'))
found.refused = await refused.start().then(
  () => 'started',
  ({ constructor, code }) => `${constructor.name} ${code}`,
)

// With a token provider, it refreshes the token and connects again.
let tokens = { access_token: 'stale', token_type: 'Bearer', refresh_token: 'refresh' }
const authorized = new SSEClientTransport(server.url('/guarded'), {
  authProvider: {
    redirectUrl: 'http://localhost/',
    clientMetadata: { redirect_uris: ['http://localhost/'] },
    clientInformation: () => ({ client_id: 'client' }),
    tokens: () => tokens,
    saveTokens: (saved) => {
      tokens = saved
    },
    redirectToAuthorization: () => {
      throw new Error('there is already a token to refresh')
    },
    saveCodeVerifier: () => undefined,
    codeVerifier: () => 'verifier',
  },
})
const second = new Client({ name: 'client', version: '1.0.0' })
await second.connect(authorized)
found.authorized = (await second.listTools()).tools.length
found.guardedTokens = seen.tokens.slice(-2)
await second.close()
while (seen.open.size > 0) await task()

server.close()
console.log(JSON.stringify(found))
