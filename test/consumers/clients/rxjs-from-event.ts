/** RxJS's `fromEvent`: the events of a source as Observables. The server is ours. */

import assert from 'node:assert/strict'
import { finalize, fromEvent, lastValueFrom, map, merge, switchMap, take, tap, throwError, toArray } from 'rxjs'
import type { Observable } from 'rxjs'
import type { EventSource as Everysource } from '../../../dist/index.js'
import type { Client } from './client.ts'
import { numbered, outlastReconnections, serve } from './server.ts'

/** As in `how`. Typed as for the DOM's own class. */
function follow(source: Everysource): Observable<string> {
  return fromEvent<MessageEvent<string>>(source, 'message').pipe(
    map(({ lastEventId }) => lastEventId),
    finalize(() => {
      source.close()
    }),
  )
}

/** Failures that the class does not retry, as errors. */
function failuresOf(source: Everysource): Observable<never> {
  return fromEvent(source, 'error').pipe(
    switchMap((event) => (source.readyState === source.CLOSED ? throwError(() => event) : [])),
  )
}

export const client: Client = {
  name: 'RxJS `fromEvent`',
  packages: ['rxjs'],
  how: "fromEvent(source, 'message').pipe(finalize(() => source.close()))",
  others: { eventsource: [], native: ['an `error` event has the status'] },
  note: 'Unsubscribing only removes the listener: without `finalize`, the connection stays open.',
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serve(numbered())
        const messages = follow(new EventSource(server.origin)).pipe(take(3), toArray())
        assert.deepEqual(await lastValueFrom(messages), ['1', '2', '3'])
      },
    },
    {
      name: 'a dropped connection resumes',
      async run(EventSource) {
        await using server = await serve(numbered(2))
        const drop = tap((id) => {
          if (id === '2') server.drop()
        })
        const messages = follow(new EventSource(server.origin)).pipe(drop, take(4), toArray())
        assert.deepEqual(await lastValueFrom(messages), ['1', '2', '3', '4'])
        assert.equal(server.requests[1]?.headers['last-event-id'], '2')
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serve(numbered(2))
        await lastValueFrom(follow(new EventSource(server.origin)).pipe(take(2)))
        await server.untilFreed()
      },
    },
    {
      name: 'without `finalize`, unsubscribing leaves the connection open',
      async run(EventSource) {
        await using server = await serve(numbered(2))
        const source = new EventSource(server.origin)
        await lastValueFrom(fromEvent(source, 'message').pipe(take(2)))
        await outlastReconnections()
        assert.deepEqual([server.open.size, source.readyState], [1, source.OPEN])
        source.close()
        await server.untilFreed()
      },
    },
    {
      name: 'an `error` event has the status',
      async run(EventSource) {
        await using server = await serve((_request, response) => response.writeHead(503).end())
        const source = new EventSource(server.origin)
        await assert.rejects(lastValueFrom(merge(follow(source), failuresOf(source))), (event) => {
          const { error, code } = event as { error?: { status?: number }; code?: number }
          return (error?.status ?? code) === 503
        })
      },
    },
  ],
}
