/** Centrifugo's client over its transport `sse`. The server speaks the necessary part of the JSON protocol. */

import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Centrifuge, type Subscription } from 'centrifuge'
import type { Client, EventSourceClass } from './client.ts'
import { Inbox } from './inbox.ts'
import { jsonOf, serve, type StreamServer } from './server.ts'

interface Command {
  id: number
  connect?: object
  subscribe?: { channel: string; recover?: boolean; offset?: number }
  publish?: { channel: string; data: unknown }
}

interface Publication {
  data: unknown
  offset: number
}

interface Centrifugo extends StreamServer {
  /** Sends a publication to the subscribers of the only channel. */
  publish(data: unknown): void
  /** Sends a message of the protocol to all clients. */
  push(message: object): void
}

/** A channel with a history. Clients connect by a query parameter, and post other commands with their session. */
async function serveCentrifugo(): Promise<Centrifugo> {
  const sessions = new Map<string, ServerResponse>()
  const history: Publication[] = []
  const server = await serve(async (request, response) => {
    if (request.method === 'POST') {
      const { session, data } = (await jsonOf(request)) as { session: string; data: string }
      response.writeHead(204).end()
      const stream = sessions.get(session)
      for (const line of data.split('\n')) if (stream) send(stream, answer(JSON.parse(line) as Command))
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const { id } = JSON.parse(new URL(request.url, 'http://a.test').searchParams.get('cf_connect') ?? '') as Command
    const session = `session${sessions.size + 1}`
    sessions.set(session, response)
    send(response, { id, connect: { client: session, version: '0', session, node: 'node1' } })
  })

  function send(stream: ServerResponse, message: object): void {
    stream.write(`data: ${JSON.stringify(message)}\n\n`)
  }
  function push(message: object): void {
    for (const stream of server.open) send(stream, { push: message })
  }
  function publish(data: unknown): void {
    const pub = { data, offset: history.length + 1 }
    history.push(pub)
    push({ channel: 'news', pub })
  }
  function answer({ id, subscribe, publish: published }: Command): object {
    if (published) publish(published.data)
    if (!subscribe) return { id, publish: {} }
    const { recover = false, offset = history.length } = subscribe
    const found = {
      recoverable: true,
      positioned: true,
      epoch: 'a',
      offset,
      was_recovering: recover,
      recovered: recover,
    }
    return { id, subscribe: { ...found, publications: history.slice(offset) } }
  }
  return Object.assign(server, { publish, push })
}

function connect(EventSource: EventSourceClass, { origin }: StreamServer): Centrifuge {
  return new Centrifuge([{ transport: 'sse', endpoint: `${origin}/connection/sse` }], {
    eventsource: EventSource,
    emulationEndpoint: `${origin}/emulation`,
    minReconnectDelay: 50,
    maxReconnectDelay: 100,
  })
}

async function subscribe(centrifuge: Centrifuge): Promise<{ news: Subscription; publications: Inbox<unknown> }> {
  const publications = new Inbox<unknown>()
  const news = centrifuge.newSubscription('news')
  news.on('publication', ({ data }) => {
    publications.put(data)
  })
  news.subscribe()
  centrifuge.connect()
  await news.ready()
  return { news, publications }
}

export const client: Client = {
  name: 'Centrifugo',
  packages: ['centrifuge'],
  how: "new Centrifuge([{ transport: 'sse', endpoint }], { eventsource: EventSource, emulationEndpoint })",
  others: { eventsource: [], native: [] },
  note: 'It closes a source that fails, and reconnects with a new one.',
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serveCentrifugo()
        const centrifuge = connect(EventSource, server)
        const { publications } = await subscribe(centrifuge)
        server.publish('one')
        server.publish({ two: 2 })
        assert.deepEqual(await publications.take(2), ['one', { two: 2 }])
        centrifuge.disconnect()
      },
    },
    {
      name: 'a dropped connection resumes',
      async run(EventSource) {
        await using server = await serveCentrifugo()
        const centrifuge = connect(EventSource, server)
        const { news, publications } = await subscribe(centrifuge)
        server.publish('before')
        await publications.take(1)
        const lost = new Inbox<unknown>()
        news.on('subscribing', lost.put)
        server.drop()
        await lost.take(1)
        server.publish('meanwhile')
        await news.ready()
        server.publish('after')
        assert.deepEqual(await publications.take(2), ['meanwhile', 'after'])
        assert.deepEqual(publications.rest, [])
        centrifuge.disconnect()
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serveCentrifugo()
        const centrifuge = connect(EventSource, server)
        await subscribe(centrifuge)
        centrifuge.disconnect()
        await server.untilFreed()
      },
    },
    {
      name: 'it publishes',
      async run(EventSource) {
        await using server = await serveCentrifugo()
        const centrifuge = connect(EventSource, server)
        const { news, publications } = await subscribe(centrifuge)
        await news.publish('mine')
        assert.deepEqual(await publications.take(1), ['mine'])
        centrifuge.disconnect()
      },
    },
    {
      name: 'after `disconnect` by the server, it stays disconnected',
      async run(EventSource) {
        await using server = await serveCentrifugo()
        const centrifuge = connect(EventSource, server)
        await subscribe(centrifuge)
        const disconnected = new Inbox<number>()
        centrifuge.on('disconnected', ({ code }) => {
          disconnected.put(code)
        })
        server.push({ disconnect: { code: 3500, reason: 'banned' } })
        assert.deepEqual(await disconnected.take(1), [3500])
        await server.untilFreed()
      },
    },
  ],
}
