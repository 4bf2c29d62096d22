/** TanStack Query's `streamedQuery`, the core that its React, Vue, Solid and Svelte packages share. The server is ours. */

import assert from 'node:assert/strict'
import {
  experimental_streamedQuery as streamedQuery,
  QueryClient,
  QueryObserver,
  type QueryFunction,
  type QueryState,
} from '@tanstack/query-core'
import { ConnectionError, streamEvents, type StreamEvent } from '../../../dist/index.js'
import type { Client } from './client.ts'
import { numbered, serve, type Handler, type StreamServer } from './server.ts'

type Refetch = 'append' | 'reset' | 'replace'

const queryKey = ['events']

/** As a component does: observes a query. `until` resolves with its state. */
function observe(queryFn: QueryFunction<StreamEvent[]>, retry: number | false = false) {
  const client = new QueryClient()
  const observer = new QueryObserver(client, { queryKey, queryFn, retry, retryDelay: 0 })
  const unmount = observer.subscribe(() => undefined)
  const cache = client.getQueryCache()
  const until = (holds: (state: QueryState<StreamEvent[]>) => boolean): Promise<QueryState<StreamEvent[]>> =>
    new Promise((resolve) => {
      const check = (): void => {
        const state = client.getQueryState<StreamEvent[]>(queryKey)
        if (state && holds(state)) {
          stop()
          resolve(state)
        }
      }
      const stop = cache.subscribe(check)
      check()
    })
  return { client, observer, unmount, until }
}

/** The stream of an origin, as in `how`. */
function follow({ origin }: StreamServer): QueryFunction<StreamEvent[]> {
  return streamedQuery({ streamFn: ({ signal }) => streamEvents(origin, { reconnect: true, signal }) })
}

const ending: Handler = (request, response, server) => {
  void numbered(2)(request, response, server)
  response.end()
}

/** A stream that is not resumed, in a query that is. */
function once({ origin }: StreamServer): QueryFunction<StreamEvent[]> {
  return streamedQuery({ streamFn: ({ signal }) => streamEvents(origin, { signal }) })
}

function idsOf({ data = [] }: { data?: StreamEvent[] | undefined }): string {
  return data.map(({ lastEventId }) => lastEventId).join()
}

/** The IDs in the cache during and after a refetch. The comment is read once the query has taken the only message. */
async function refetched(refetchMode: Refetch): Promise<string[]> {
  await using server = await serve((request, response, server) => {
    if (server.requests.length === 1) ending(request, response, server)
    else response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('id: 9\ndata: new\n\n: taken\n\n')
  })
  const seen: string[] = []
  const idsNow = (): string => idsOf({ data: client.getQueryData<StreamEvent[]>(queryKey) })
  const onComment = (): void => {
    seen.push(idsNow())
  }
  const streamFn = ({ signal }: { signal: AbortSignal }) => streamEvents(server.origin, { signal, onComment })
  const { client, observer, until } = observe(streamedQuery({ streamFn, refetchMode }))
  await until(({ fetchStatus }) => fetchStatus === 'idle')
  await observer.refetch()
  return [...seen, idsNow()]
}

export const client: Client = {
  name: 'TanStack Query `streamedQuery`',
  packages: ['@tanstack/query-core'],
  how: 'experimental_streamedQuery({ streamFn: ({ signal }) => streamEvents(url, { reconnect: true, signal }) })',
  others: {},
  note: 'It takes a loop, so other classes cannot be used. Without the signal, it stops reading at the next message.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serve(numbered(3))
        const { until } = observe(follow(server))
        const { status, fetchStatus } = await until((state) => idsOf(state) === '1,2,3')
        assert.deepEqual({ status, fetchStatus }, { status: 'success', fetchStatus: 'fetching' })
      },
    },
    {
      name: 'a dropped connection resumes',
      async run() {
        await using server = await serve(numbered(2))
        const { until } = observe(follow(server))
        await until((state) => idsOf(state) === '1,2')
        server.drop()
        await until((state) => idsOf(state) === '1,2,3,4')
        assert.equal(server.requests[1]?.headers['last-event-id'], '2')
      },
    },
    {
      name: 'closing frees the server',
      async run() {
        await using server = await serve(numbered(2))
        const { unmount, until } = observe(follow(server))
        await until((state) => idsOf(state) === '1,2')
        unmount()
        await server.untilFreed()
      },
    },
    {
      name: '`cancelQueries` closes the connection',
      async run() {
        await using server = await serve(numbered(2))
        const { client, until } = observe(follow(server))
        await until((state) => idsOf(state) === '1,2')
        await client.cancelQueries({ queryKey })
        await server.untilFreed()
        assert.equal(client.getQueryState(queryKey)?.fetchStatus, 'idle')
      },
    },
    {
      name: 'without the signal, `cancelQueries` closes it at the next message',
      async run() {
        await using server = await serve(numbered(2))
        const { client, until } = observe(
          streamedQuery({ streamFn: () => streamEvents(server.origin, { reconnect: true }) }),
        )
        await until((state) => idsOf(state) === '1,2')
        await client.cancelQueries({ queryKey })
        assert.equal(server.open.size, 1)
        for (const response of server.open) response.write('data: late\n\n')
        await server.untilFreed()
      },
    },
    {
      name: 'a refetch can reset, append or replace',
      async run() {
        assert.deepEqual(await refetched('reset'), ['9', '9'])
        assert.deepEqual(await refetched('append'), ['1,2,9', '1,2,9'])
        assert.deepEqual(await refetched('replace'), ['1,2', '9'])
      },
    },
    {
      name: 'a broken connection without `reconnect` is an error, and the data stays',
      async run() {
        await using server = await serve(numbered(2))
        const { until } = observe(once(server))
        await until((state) => idsOf(state) === '1,2')
        server.drop()
        const state = await until(({ status }) => status === 'error')
        assert(state.error instanceof ConnectionError)
        assert.equal(state.error.reason, 'network')
        assert.equal(idsOf(state), '1,2')
      },
    },
    {
      name: '`retry` asks again after a refusal',
      async run() {
        await using server = await serve((request, response, server) => {
          if (server.requests.length > 1) ending(request, response, server)
          else response.writeHead(503).end()
        })
        const { until } = observe(once(server), 1)
        await until((state) => idsOf(state) === '1,2')
        assert.equal(server.requests.length, 2)
      },
    },
  ],
}
