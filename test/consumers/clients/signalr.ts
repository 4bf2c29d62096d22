/** SignalR's client over server-sent events, which requires version 2 of `eventsource`. The server is a small hub. */

import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { HttpTransportType, HubConnectionBuilder, LogLevel, type HubConnection } from '@microsoft/signalr'
import type { Client } from './client.ts'
import { Inbox } from './inbox.ts'
import { serve, type StreamServer } from './server.ts'

const END = '\u001e'

function send(stream: ServerResponse | undefined, message: object): void {
  stream?.write(`data: ${JSON.stringify(message)}${END}\n\n`)
}

/** A hub with one connection at a time and a method that adds numbers. */
function serveHub(): Promise<StreamServer> {
  return serve(async (request, response, { open }) => {
    if (request.url.includes('/negotiate')) {
      const transport = { transport: 'ServerSentEvents', transferFormats: ['Text'] }
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ connectionId: 'a', negotiateVersion: 0, availableTransports: [transport] }))
      return
    }
    if (request.method === 'GET') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      return
    }
    const [stream] = open
    const body = await text(request)
    response.end()
    for (const message of body.split(END).slice(0, -1)) {
      const { protocol, type, invocationId, arguments: numbers } = JSON.parse(message) as Message
      if (protocol !== undefined) send(stream, {})
      else if (type === 1) send(stream, { type: 3, invocationId, result: numbers[0] + numbers[1] })
    }
  })
}

/** A handshake, which names its protocol, or a call. */
interface Message {
  protocol?: string
  type: number
  invocationId: string
  arguments: [number, number]
}

interface Connected {
  connection: HubConnection
  news: Inbox<string>
}

async function connect({ origin }: StreamServer, token = () => ''): Promise<Connected> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${origin}/hub`, {
      transport: HttpTransportType.ServerSentEvents,
      headers: { 'X-Of-Options': 'yes' },
      accessTokenFactory: token,
    })
    .withAutomaticReconnect([50, 50])
    .configureLogging(LogLevel.None)
    .build()
  const news = new Inbox<string>()
  connection.on('news', news.put)
  await connection.start()
  return { connection, news }
}

/** The server calls a method of the client. */
function push({ open }: StreamServer, news: string): void {
  for (const stream of open) send(stream, { type: 1, target: 'news', arguments: [news] })
}

const streamsOf = ({ requests }: StreamServer) => requests.filter(({ method }) => method === 'GET')

export const client: Client = {
  name: 'SignalR',
  packages: ['@microsoft/signalr'],
  runsIn: 'project',
  nodes: ['node20', 'node24'],
  how: '"overrides": { "eventsource": "npm:everysource@^0.1.0" }',
  others: { eventsource: [] },
  note: 'It closes a source that fails, and reconnects with a new one.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serveHub()
        const { connection, news } = await connect(server)
        push(server, 'hello')
        assert.deepEqual(await news.take(1), ['hello'])
        assert.equal(await connection.invoke('add', 1, 2), 3)
        await connection.stop()
      },
    },
    {
      name: 'after a dropped connection, it reconnects with a new token',
      async run() {
        await using server = await serveHub()
        let tokens = 0
        const { connection, news } = await connect(server, () => `token${++tokens}`)
        const reconnected = new Inbox<unknown>()
        connection.onreconnected(reconnected.put)
        server.drop()
        await reconnected.take(1)
        push(server, 'later')
        assert.deepEqual(await news.take(1), ['later'])
        assert.deepEqual(
          streamsOf(server).map(({ url }) => new URL(url, server.origin).searchParams.get('access_token')),
          ['token1', 'token2'],
        )
        await connection.stop()
      },
    },
    {
      name: 'closing frees the server',
      async run() {
        await using server = await serveHub()
        const { connection } = await connect(server)
        await connection.stop()
        await server.untilFreed()
      },
    },
    {
      name: 'the option `headers` reaches the stream',
      async run() {
        await using server = await serveHub()
        const { connection } = await connect(server)
        await connection.stop()
        assert.equal(streamsOf(server)[0]?.headers['x-of-options'], 'yes')
      },
    },
  ],
}
