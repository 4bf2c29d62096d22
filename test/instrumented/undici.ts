/** undici's interceptors, with its own `fetch` and with Node's. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Dispatcher } from 'undici'
import { ConnectionError, EventSource, streamEvents, type EventSourceInit, type FetchLike } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { STREAM_HEADERS } from './support.ts'
import { COMMON_NAMES, commonTrials, dropOnce } from './trials.ts'

type Undici = typeof import('undici')
type Compose = (interceptors: Undici['interceptors']) => Dispatcher.DispatcherComposeInterceptor[]

const harmless: Compose = ({ redirect, cache, dns, decompress }) => [
  redirect({ maxRedirections: 3 }),
  cache(),
  dns(),
  decompress(),
]

/** With undici's `fetch`, whose types differ from those of lib.dom. */
async function through(compose: Compose): Promise<EventSourceInit> {
  const { Agent, fetch, interceptors } = await import('undici')
  const dispatcher = new Agent().compose(...compose(interceptors))
  return { fetch: fetch as unknown as FetchLike, fetchOptions: { dispatcher } }
}

/** With Node's `fetch`, which takes dispatchers of undici 7. Its interceptors have the same types. */
async function throughNode(compose: Compose): Promise<EventSourceInit> {
  const { Agent, interceptors } = (await import('undici7')) as unknown as Undici
  return { fetchOptions: { dispatcher: new Agent().compose(...compose(interceptors)) } }
}

export const client: Client = {
  name: "undici's interceptors `redirect`, `cache`, `dns` and `decompress`",
  packages: ['undici'],
  flags: ['--expose-gc'],
  how: 'fetchOptions: { dispatcher: new Agent().compose(interceptors.dns(), interceptors.cache()) }',
  others: {},
  note:
    'Leave out `retry`, which repeats a dropped request without `Last-Event-ID` before we do; `deduplicate`, where closing a ' +
    'source breaks another of the same URL; and `dump`, which discards messages.',
  trials: [
    ...commonTrials(() => through(harmless)),
    {
      name: "all of that also with undici 7 and Node's `fetch`",
      async run(EventSource, implementation) {
        const trials = commonTrials(() => throughNode(harmless))
        assert.equal(trials.length, COMMON_NAMES.length)
        for (const trial of trials) await trial.run(EventSource, implementation)
      },
    },
    {
      name: '`cache` answers no reconnection, even to a server that allows it',
      async run() {
        await using server = await serve((request, response, server) => {
          response.setHeader('Cache-Control', 'public, max-age=60')
          void numbered(1)(request, response, server)
          response.end()
        })
        const ids: string[] = []
        for await (const { lastEventId } of streamEvents(server.origin, {
          ...(await through(({ cache }) => [cache()])),
          reconnect: true,
        })) {
          ids.push(lastEventId)
          if (lastEventId === '3') break
        }
        assert.deepEqual(ids, ['1', '2', '3'])
        assert.equal(server.requests.length, 3)
      },
    },
    {
      name: 'with `redirect`, the origin of messages is where they come from, and the option `redirect` holds',
      async run() {
        await using target = await serve(numbered())
        await using server = await serve((_, response) => response.writeHead(302, { Location: target.origin }).end())
        const source = new EventSource(server.origin, await through(harmless))
        const [message] = (await once(source, 'message')) as [MessageEvent]
        source.close()
        assert.equal(message.origin, target.origin)
        const refused = { ...(await through(harmless)), redirect: 'same-origin' } as const
        await assert.rejects(
          async () => {
            for await (const _ of streamEvents(server.origin, refused)) break
          },
          (error) => error instanceof ConnectionError && error.reason === 'redirect',
        )
        assert.equal(target.requests.length, 1)
      },
    },
    {
      name: '`retry` repeats a dropped request first, without `Last-Event-ID`; no message is lost or doubled',
      async run() {
        await using server = await serve(numbered(2))
        const options = await through(({ retry }) => [retry({ minTimeout: 1 })])
        assert.deepEqual(await dropOnce(server, options), ['1', '2', '3', '4'])
        const ids = server.requests.map(({ headers }) => headers['last-event-id'])
        assert.deepEqual(ids, [undefined, undefined, '2'])
      },
    },
    {
      name: '`deduplicate` joins two sources of a URL, and closing one ends the stream of both',
      async run() {
        await using server = await serve((_, response) => {
          response.writeHead(200, STREAM_HEADERS)
          response.write('data: 1\n\n')
        })
        const options = await through(({ deduplicate }) => [deduplicate()])
        const sources = [new EventSource(server.origin, options), new EventSource(server.origin, options)]
        await Promise.race(sources.map((source) => once(source, 'open')))
        assert.equal(server.requests.length, 1)
        sources[0]?.close()
        await server.until(({ open }) => open.size === 0, 'the stream is closed')
        sources[1]?.close()
      },
    },
    {
      name: '`dump` discards messages',
      async run() {
        await using server = await serve((_, response) => response.writeHead(200, STREAM_HEADERS).end('data: 1\n\n'))
        const options = await through(({ dump }) => [dump()])
        for await (const _ of streamEvents(server.origin, options)) assert.fail('a message')
      },
    },
  ],
}
