/** The client of the Model Context Protocol SDK over its transport with server-sent events, with the SDK's own server. */

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as Mcp } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport, SseError, type SSEClientTransportOptions } from '@modelcontextprotocol/sdk/client/sse.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Client } from './client.ts'
import { Inbox } from './inbox.ts'
import { serve, type StreamServer } from './server.ts'

interface ToolServer extends StreamServer {
  /** Sends a log message to the newest client. */
  log(data: string): void
}

/** A server with a tool. With a token, streams require it, and the server can issue it. */
async function serveTools(token?: string): Promise<ToolServer> {
  const transports = new Map<string, SSEServerTransport>()
  let newest: McpServer | undefined
  const server = await serve(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://a.test')
    const origin = `http://${request.headers.host}`
    const sendJSON = (value: object): void => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    }
    if (pathname === '/sse') {
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()
        return
      }
      const transport = new SSEServerTransport('/messages', response)
      transports.set(transport.sessionId, transport)
      newest = makeTools()
      await newest.connect(transport)
    } else if (pathname === '/messages') {
      await transports.get(searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response)
    } else if (pathname === '/.well-known/oauth-authorization-server') {
      sendJSON({
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
      })
    } else if (pathname === '/token') {
      sendJSON({ access_token: token, token_type: 'Bearer', refresh_token: 'refresh' })
    } else response.writeHead(404).end()
  })
  return Object.assign(server, {
    log(data: string) {
      void newest?.server.sendLoggingMessage({ level: 'info', data })
    },
  })
}

function makeTools(): McpServer {
  const tools = new McpServer({ name: 'test', version: '1.0.0' }, { capabilities: { logging: {} } })
  tools.registerTool('greet', { description: 'Greets' }, async ({ sendNotification }) => {
    for (const data of ['first', 'second', 'third']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
    }
    return { content: [{ type: 'text', text: 'hello' }] }
  })
  return tools
}

interface Connected {
  mcp: Mcp
  logged: Inbox<unknown>
}

async function connect({ origin }: StreamServer, options?: SSEClientTransportOptions): Promise<Connected> {
  const mcp = new Mcp({ name: 'client', version: '1.0.0' })
  const logged = new Inbox<unknown>()
  mcp.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logged.put(params.data)
  })
  await mcp.connect(new SSEClientTransport(new URL('/sse', origin), options))
  return { mcp, logged }
}

/** Has a stale token and can refresh it. */
function staleProvider(): OAuthClientProvider {
  let tokens: OAuthTokens = { access_token: 'stale', token_type: 'Bearer', refresh_token: 'refresh' }
  return {
    redirectUrl: 'http://localhost/',
    clientMetadata: { redirect_uris: ['http://localhost/'] },
    clientInformation: () => ({ client_id: 'client' }),
    tokens: () => tokens,
    saveTokens(saved) {
      tokens = saved
    },
    redirectToAuthorization() {
      throw new Error('There is a token to refresh')
    },
    saveCodeVerifier: () => undefined,
    codeVerifier: () => 'verifier',
  }
}

const tokensOf = ({ requests }: StreamServer) =>
  requests.filter(({ url }) => url === '/sse').map(({ headers }) => headers.authorization)

export const client: Client = {
  name: 'MCP SDK',
  packages: ['@modelcontextprotocol/sdk'],
  runsIn: 'project',
  nodes: ['node20', 'node24'],
  how: '"overrides": { "eventsource": "npm:everysource@^0.1.0" }',
  others: { eventsource: [] },
  note: '`SSEClientTransport`. `StreamableHTTPClientTransport` has its own parser.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serveTools()
        const { mcp, logged } = await connect(server)
        assert.deepEqual(
          (await mcp.listTools()).tools.map(({ name }) => name),
          ['greet'],
        )
        const { content } = await mcp.callTool({ name: 'greet' })
        assert.deepEqual(content, [{ type: 'text', text: 'hello' }])
        assert.deepEqual(logged.rest, ['first', 'second', 'third'])
        await mcp.close()
      },
    },
    {
      name: 'after a dropped connection, it reports an error and reconnects with its headers',
      async run() {
        await using server = await serveTools()
        const { mcp, logged } = await connect(server, { requestInit: { headers: { Authorization: 'Bearer a' } } })
        const errors = new Inbox<Error>()
        mcp.onerror = errors.put
        server.drop()
        const [lost] = await errors.take(1)
        assert(lost instanceof SseError && lost.code === undefined)
        await server.until(({ open }) => open.size === 1 && tokensOf(server).length === 2, 'it has reconnected')
        server.log('later')
        assert.deepEqual(await logged.take(1), ['later'])
        assert.equal((await mcp.listTools()).tools.length, 1)
        assert.deepEqual(tokensOf(server), ['Bearer a', 'Bearer a'])
        await mcp.close()
      },
    },
    {
      name: 'closing frees the server',
      async run() {
        await using server = await serveTools()
        const { mcp } = await connect(server)
        await mcp.close()
        await server.untilFreed()
      },
    },
    {
      name: 'a refused connection rejects with its status',
      async run() {
        await using server = await serveTools('fresh')
        await assert.rejects(connect(server), (error) => error instanceof SseError && error.code === 401)
        assert.equal(server.requests.length, 1)
      },
    },
    {
      name: 'after status 401, it connects with a refreshed token',
      async run() {
        await using server = await serveTools('fresh')
        const { mcp } = await connect(server, { authProvider: staleProvider() })
        assert.equal((await mcp.listTools()).tools.length, 1)
        assert.deepEqual(tokensOf(server), ['Bearer stale', 'Bearer fresh'])
        await mcp.close()
        await server.untilFreed()
      },
    },
    {
      name: 'its CommonJS build requires the class',
      async run() {
        await using server = await serveTools()
        const require = createRequire(import.meta.url)
        const module = require('@modelcontextprotocol/sdk/client/sse.js') as {
          SSEClientTransport: typeof SSEClientTransport
        }
        assert.notEqual(module.SSEClientTransport, SSEClientTransport)
        const mcp = new Mcp({ name: 'client', version: '1.0.0' })
        await mcp.connect(new module.SSEClientTransport(new URL('/sse', server.origin)))
        assert.equal((await mcp.listTools()).tools.length, 1)
        await mcp.close()
      },
    },
  ],
}
