/** GraphQL over server-sent events, with the handler of `graphql-sse` as the server, in both of its modes. */

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { createHandler } from 'graphql-sse/lib/use/http'
import { streamEvents, type EventSource as Source } from '../../../dist/index.js'
import type { Client } from './client.ts'
import { Inbox } from './inbox.ts'
import { serve, type StreamServer } from './server.ts'

const TOKEN = 'x-graphql-event-stream-token'
const BY_POST = '`POST` by `streamEvents`'
const RESERVES_AGAIN = 'single connection mode: after a drop, `resume` makes a new reservation'

function countingSchema(): GraphQLSchema {
  const schema = buildSchema('type Query { ready: Boolean } type Subscription { count(last: Int): Int }')
  const { count } = schema.getSubscriptionType()?.getFields() ?? {}
  assert(count)
  count.subscribe = async function* (_: unknown, { last = Infinity }: { last?: number }) {
    for (let count = 1; count <= last; count++) {
      yield { count }
      await sleep(10)
    }
  }
  return schema
}

const handle = createHandler({ schema: countingSchema() })

const countTo = (last: number): string => `subscription { count(last: ${last}) }`
const ENDLESS = 'subscription { count }'
const distinct = ({ origin }: StreamServer, query: string): string => `${origin}?query=${encodeURIComponent(query)}`

/** A reservation of a stream for many operations. */
async function reserve({ origin }: StreamServer): Promise<string> {
  return (await fetch(origin, { method: 'PUT' })).text()
}

async function operate({ origin }: StreamServer, token: string, operationId: string, query: string): Promise<number> {
  const body = JSON.stringify({ query, extensions: { operationId } })
  const headers = { 'Content-Type': 'application/json', [TOKEN]: token }
  return (await fetch(origin, { method: 'POST', headers, body })).status
}

/** The results of the stream, and `complete`. */
function resultsOf(source: Source): Inbox<unknown> {
  const results = new Inbox<unknown>()
  source.addEventListener('next', ({ data }) => {
    results.put(JSON.parse(data))
  })
  source.addEventListener('complete', ({ data }) => {
    results.put(data === '' ? 'complete' : { complete: JSON.parse(data) as unknown })
  })
  return results
}

export const client: Client = {
  name: 'graphql-sse',
  packages: ['graphql-sse', 'graphql'],
  how: "new EventSource(url + '?' + new URLSearchParams({ query }))",
  others: { eventsource: [BY_POST, RESERVES_AGAIN], native: [BY_POST, RESERVES_AGAIN] },
  note: 'This is its server. Its own client has a parser, and does not use an `EventSource`.',
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serve(handle)
        const source = new EventSource(distinct(server, countTo(2)))
        const results = await resultsOf(source).take(3)
        source.close()
        assert.deepEqual(results, [{ data: { count: 1 } }, { data: { count: 2 } }, 'complete'])
        await server.untilFreed()
      },
    },
    {
      name: 'after a dropped connection, it subscribes again',
      async run(EventSource) {
        await using server = await serve(handle)
        const source = new EventSource(distinct(server, ENDLESS))
        const results = resultsOf(source)
        await results.take(1)
        server.drop()
        await server.until(({ requests, open }) => requests.length === 2 && open.size === 1, 'it has reconnected')
        await results.take(results.rest.length + 1)
        source.close()
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serve(handle)
        const source = new EventSource(distinct(server, ENDLESS))
        await resultsOf(source).take(1)
        source.close()
        await server.untilFreed()
      },
    },
    {
      name: 'errors of validation arrive as a result',
      async run(EventSource) {
        await using server = await serve(handle)
        const source = new EventSource(distinct(server, '{ unknown }'))
        const [result] = await resultsOf(source).take(1)
        source.close()
        assert.match(JSON.stringify(result), /Cannot query field/)
      },
    },
    {
      name: BY_POST,
      async run(_, implementation) {
        assert.equal(implementation, 'everysource', 'It has no loop')
        await using server = await serve(handle)
        const results: unknown[] = []
        const body = JSON.stringify({ query: 'subscription ($n: Int) { count(last: $n) }', variables: { n: 2 } })
        const headers = { 'Content-Type': 'application/json' }
        for await (const { type, data } of streamEvents(server.origin, { method: 'POST', headers, body })) {
          results.push(type === 'next' ? JSON.parse(data) : type)
        }
        assert.deepEqual(results, [{ data: { count: 1 } }, { data: { count: 2 } }, 'complete'])
        await server.untilFreed()
      },
    },
    {
      name: 'single connection mode: operations share a connection and stop',
      async run(EventSource) {
        await using server = await serve(handle)
        const token = await reserve(server)
        const source = new EventSource(`${server.origin}?token=${token}`)
        const results = resultsOf(source)
        assert.equal(await operate(server, token, 'a', countTo(1)), 202)
        assert.deepEqual(await results.take(2), [
          { id: 'a', payload: { data: { count: 1 } } },
          { complete: { id: 'a' } },
        ])
        assert.equal(await operate(server, token, 'b', ENDLESS), 202)
        assert.deepEqual(await results.take(1), [{ id: 'b', payload: { data: { count: 1 } } }])
        await fetch(`${server.origin}?operationId=b`, { method: 'DELETE', headers: { [TOKEN]: token } })
        await results.takeUntil((result) => isDeepStrictEqual(result, { complete: { id: 'b' } }))
        assert.equal(server.open.size, 1)
        source.close()
        await server.untilFreed()
      },
    },
    {
      name: RESERVES_AGAIN,
      async run(EventSource) {
        await using server = await serve(handle)
        const tokens = [await reserve(server)]
        const url = (): string => `${server.origin}?token=${tokens.at(-1)}`
        const source = new EventSource(url(), {
          async resume() {
            tokens.push(await reserve(server))
            return { url: url() }
          },
        })
        const results = resultsOf(source)
        source.addEventListener('open', () => void operate(server, tokens.at(-1) ?? '', 'a', countTo(1)))
        await results.take(2)
        server.drop()
        assert.deepEqual((await results.take(2))[0], { id: 'a', payload: { data: { count: 1 } } })
        assert.equal(tokens.length, 2)
        source.close()
        await server.untilFreed()
      },
    },
  ],
}
