/** RxJS: a loop as an Observable. */

import assert from 'node:assert/strict'
import { finalize, from, lastValueFrom, map, Subject, take, takeUntil, tap, toArray } from 'rxjs'
import { streamEvents } from '../../../dist/index.js'
import type { Client } from './client.ts'
import { numbered, serve } from './server.ts'

export const client: Client = {
  name: 'RxJS',
  packages: ['rxjs'],
  how: 'from(streamEvents(url, { reconnect: true, signal })).pipe(finalize(() => controller.abort()))',
  others: {},
  note: 'RxJS notices an unsubscription only at the next message; the signal closes the connection at once.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serve(numbered())
        const messages = from(streamEvents(server.origin)).pipe(
          map(({ data }) => data),
          take(3),
          toArray(),
        )
        assert.deepEqual(await lastValueFrom(messages), ['message 1', 'message 2', 'message 3'])
      },
    },
    {
      name: 'a dropped connection resumes',
      async run() {
        await using server = await serve(numbered(2))
        const messages = from(streamEvents(server.origin, { reconnect: true })).pipe(
          tap(({ lastEventId }) => {
            if (lastEventId === '2') server.drop()
          }),
          map(({ lastEventId }) => lastEventId),
          take(4),
          toArray(),
        )
        assert.deepEqual(await lastValueFrom(messages), ['1', '2', '3', '4'])
        assert.equal(server.requests[1]?.headers['last-event-id'], '2')
      },
    },
    {
      name: '`takeUntil` closes the connection',
      async run() {
        await using server = await serve(numbered())
        const controller = new AbortController()
        const stop = new Subject<void>()
        const messages = from(streamEvents(server.origin, { signal: controller.signal })).pipe(
          takeUntil(stop),
          finalize(() => {
            controller.abort()
          }),
        )
        messages.subscribe(({ data }) => {
          if (data === 'message 3') stop.next()
        })
        await server.until(({ requests, open }) => requests.length === 1 && open.size === 0, 'the stream is closed')
      },
    },
  ],
}
