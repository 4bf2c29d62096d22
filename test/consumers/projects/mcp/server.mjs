/** An MCP server over SSE with one tool. `/guarded` requires a token. */

import { createServer } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { z } from 'zod'

const FRESH = 'fresh'

export async function startServer() {
  const transports = new Map()
  const seen = { tokens: [], connections: 0, open: new Set() }

  const http = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://a.test')
    if (request.method === 'GET' && (pathname === '/sse' || pathname === '/guarded')) {
      seen.tokens.push(request.headers.authorization)
      if (pathname === '/guarded' && request.headers.authorization !== `Bearer ${FRESH}`) {
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('no')
        return
      }
      seen.connections++
      seen.open.add(response)
      response.once('close', () => seen.open.delete(response))
      const transport = new SSEServerTransport('/messages', response)
      transports.set(transport.sessionId, transport)
      await toolServer().connect(transport)
    } else if (request.method === 'POST' && pathname === '/messages') {
      await transports.get(searchParams.get('sessionId')).handlePostMessage(request, response)
    } else if (pathname === '/.well-known/oauth-authorization-server') {
      const origin = `http://${request.headers.host}`
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(
        JSON.stringify({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        }),
      )
    } else if (request.method === 'POST' && pathname === '/token') {
      const tokens = { access_token: FRESH, token_type: 'Bearer', refresh_token: 'refresh' }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(tokens))
    } else {
      response.writeHead(404).end()
    }
  })
  await new Promise((listening) => http.listen(0, '127.0.0.1', listening))
  return {
    seen,
    url: (path) => new URL(path, `http://127.0.0.1:${http.address().port}`),
    close() {
      http.closeAllConnections()
      http.close()
    },
  }
}

function toolServer() {
  const server = new McpServer({ name: 'test', version: '1.0.0' }, { capabilities: { logging: {} } })
  server.registerTool(
    'add',
    { description: 'Adds two numbers', inputSchema: { a: z.number(), b: z.number() } },
    async ({ a, b }, { sendNotification }) => {
      for (const data of ['first', 'second', 'third']) {
        await sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
      }
      return { content: [{ type: 'text', text: String(a + b) }] }
    },
  )
  return server
}
