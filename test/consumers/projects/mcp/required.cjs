/** The SDK's CommonJS build, which requires `eventsource`. */

const { SSEClientTransport } = require('@modelcontextprotocol/sdk/client/sse.js')
const { Client } = require('@modelcontextprotocol/sdk/client/index.js')

void import('./server.mjs').then(async ({ startServer }) => {
  const server = await startServer()
  const client = new Client({ name: 'client', version: '1.0.0' })
  await client.connect(new SSEClientTransport(server.url('/sse')))
  const { content } = await client.callTool({ name: 'add', arguments: { a: 2, b: 2 } })
  await client.close()
  server.close()
  console.log(content[0].text)
})
