/** PocketBase's realtime subscriptions. The server speaks the necessary part of its protocol. */

import assert from 'node:assert/strict'
import PocketBase, { ClientResponseError } from 'pocketbase'
import type { Client, EventSourceClass } from './client.ts'
import { Inbox } from './inbox.ts'
import { jsonOf, serve, type StreamServer } from './server.ts'

interface Subscriptions {
  clientId: string
  subscriptions: string[]
}

interface Base extends StreamServer {
  /** The subscriptions of clients, in order. */
  posted: Subscriptions[]
  /** Tells the subscribers of the collection about a record. */
  publish(collection: string, title: string): void
}

/** Each stream starts with the client's ID. The client posts it with the topics that it wants. */
async function serveBase(): Promise<Base> {
  const posted: Subscriptions[] = []
  let clients = 0
  const server = await serve(async (request, response) => {
    if (request.method === 'POST') {
      posted.push((await jsonOf(request)) as Subscriptions)
      response.writeHead(204).end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const clientId = `client${++clients}`
    response.write(`id:${clientId}\nevent:PB_CONNECT\ndata:${JSON.stringify({ clientId })}\n\n`)
  })
  return Object.assign(server, {
    posted,
    publish(collection: string, title: string) {
      const topic = `${collection}/*`
      if (!posted.at(-1)?.subscriptions.includes(topic)) return
      const data = JSON.stringify({ action: 'create', record: { id: title, title } })
      for (const response of server.open) response.write(`id:client${clients}\nevent:${topic}\ndata:${data}\n\n`)
    },
  })
}

/** The SDK takes the global class. */
function connect(EventSource: EventSourceClass, origin: string): PocketBase {
  globalThis.EventSource = EventSource
  return new PocketBase(origin)
}

/** The titles of the collection's new records. */
async function subscribe(base: PocketBase, collection: string): Promise<Inbox<string>> {
  const titles = new Inbox<string>()
  await base.collection<{ title: string }>(collection).subscribe('*', ({ record }) => {
    titles.put(record.title)
  })
  return titles
}

export const client: Client = {
  name: 'PocketBase',
  packages: ['pocketbase'],
  how: "import 'everysource/polyfill/force'",
  others: { eventsource: [], native: [] },
  note: 'It closes a source that fails, and reconnects with a new one.',
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serveBase()
        const titles = await subscribe(connect(EventSource, server.origin), 'posts')
        server.publish('posts', 'one')
        server.publish('posts', 'two')
        assert.deepEqual(await titles.take(2), ['one', 'two'])
      },
    },
    {
      name: 'after a dropped connection, it subscribes again',
      async run(EventSource) {
        await using server = await serveBase()
        const base = connect(EventSource, server.origin)
        const lost = new Inbox<string[]>()
        base.realtime.onDisconnect = lost.put
        const titles = await subscribe(base, 'posts')
        server.drop()
        assert.deepEqual(await lost.take(1), [['posts/*']])
        await server.until(() => server.posted.length === 2, 'it has subscribed again')
        assert.deepEqual(server.posted[1], { clientId: 'client2', subscriptions: ['posts/*'] })
        server.publish('posts', 'later')
        assert.deepEqual(await titles.take(1), ['later'])
        assert.equal(server.open.size, 1)
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serveBase()
        const base = connect(EventSource, server.origin)
        await subscribe(base, 'posts')
        await base.collection('posts').unsubscribe()
        await server.untilFreed()
      },
    },
    {
      name: 'topics share a connection',
      async run(EventSource) {
        await using server = await serveBase()
        const base = connect(EventSource, server.origin)
        const posts = await subscribe(base, 'posts')
        const users = await subscribe(base, 'users')
        server.publish('users', 'Ada')
        assert.deepEqual(await users.take(1), ['Ada'])
        await base.collection('users').unsubscribe()
        assert.deepEqual(server.posted.at(-1)?.subscriptions, ['posts/*'])
        server.publish('posts', 'one')
        assert.deepEqual(await posts.take(1), ['one'])
        assert.equal(server.requests.filter(({ method }) => method === 'GET').length, 1)
      },
    },
    {
      name: 'a refused connection rejects the subscription',
      async run(EventSource) {
        await using server = await serve((_, response) => response.writeHead(403).end())
        await assert.rejects(subscribe(connect(EventSource, server.origin), 'posts'), ClientResponseError)
        assert.equal(server.requests.length, 1)
      },
    },
  ],
}
