/** RxJS: a loop as an Observable. The server is ours. */

import assert from 'node:assert/strict'
import {
  defer,
  finalize,
  from,
  lastValueFrom,
  map,
  retry,
  share,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
  toArray,
  type Observable,
} from 'rxjs'
import { ConnectionError, streamEvents, type StreamEvent } from '../../../dist/index.js'
import type { Client } from './client.ts'
import { numbered, outlastReconnections, serve, type StreamServer } from './server.ts'

/** As in `how`. */
function follow(url: string): Observable<StreamEvent> {
  return defer(() => {
    const events = streamEvents(url, { reconnect: true })
    return from(events).pipe(finalize(() => events.close()))
  })
}

/** Follows an Observable until it has emitted the second message. The function ends the subscription. */
async function subscribed(messages: Observable<StreamEvent>): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const subscription = messages.subscribe({
      next({ lastEventId }) {
        if (lastEventId === '2') {
          // After this message, not while it is emitted.
          setImmediate(resolve, () => {
            subscription.unsubscribe()
          })
        }
      },
      error: reject,
    })
  })
}

function sendMessage({ open }: StreamServer): void {
  for (const response of open) response.write('data: late\n\n')
}

export const client: Client = {
  name: 'RxJS `from`',
  packages: ['rxjs'],
  how: 'defer(() => { const events = streamEvents(url, { reconnect: true }); return from(events).pipe(finalize(() => events.close())) })',
  others: {},
  note: 'It takes a loop, so other classes cannot be used. Each subscription opens a connection; `share()` gives them one.',
  trials: [
    {
      name: 'messages arrive',
      async run() {
        await using server = await serve(numbered())
        const messages = follow(server.origin).pipe(
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
        const messages = follow(server.origin).pipe(
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
      name: 'closing frees the server',
      async run() {
        await using server = await serve(numbered(2))
        const unsubscribe = await subscribed(follow(server.origin))
        unsubscribe()
        await server.untilFreed()
      },
    },
    {
      name: 'without `finalize`, a message that unsubscribes closes the connection',
      async run() {
        await using server = await serve(numbered())
        const stop = new Subject<void>()
        const messages = from(streamEvents(server.origin, { reconnect: true })).pipe(takeUntil(stop))
        messages.subscribe(({ lastEventId }) => {
          if (lastEventId === '2') stop.next()
        })
        await server.until(({ open }) => open.size === 1, 'the stream is open')
        await server.untilFreed()
      },
    },
    {
      name: 'without `finalize`, unsubscribing between messages closes it only at the next message',
      async run() {
        await using server = await serve(numbered(2))
        const stop = new Subject<void>()
        await subscribed(from(streamEvents(server.origin, { reconnect: true })).pipe(takeUntil(stop)))
        stop.next()
        await outlastReconnections()
        assert.equal(server.open.size, 1)
        sendMessage(server)
        await server.untilFreed()
      },
    },
    {
      name: '`switchMap` closes the previous connection',
      async run() {
        await using server = await serve(numbered(2))
        const rooms = new Subject<string>()
        const seen: string[] = []
        const subscription = rooms
          .pipe(switchMap((room) => follow(`${server.origin}/${room}`)))
          .subscribe(({ data }) => {
            seen.push(data)
            if (seen.length === 2) rooms.next('b')
          })
        rooms.next('a')
        await server.until(({ requests }) => requests.length === 2, 'the second room is open')
        await server.until(
          ({ open }) => [...open].map(({ req }) => req.url).join() === '/b',
          'only the second room is open',
        )
        subscription.unsubscribe()
        await server.untilFreed()
      },
    },
    {
      name: '`retry` makes a request for each attempt, and gets the status',
      async run() {
        await using server = await serve((request, response, server) => {
          if (server.requests.length > 2) void numbered(2)(request, response, server)
          else response.writeHead(503).end()
        })
        const delay = (error: unknown): Observable<unknown> =>
          error instanceof ConnectionError && error.status === 503 ? timer(1) : throwError(() => error)
        const messages = follow(server.origin).pipe(retry({ delay }), take(2), toArray())
        assert.equal((await lastValueFrom(messages)).length, 2)
        assert.equal(server.requests.length, 3)
      },
    },
    {
      name: 'without `defer`, a second subscription is an error',
      async run() {
        await using server = await serve(numbered(2))
        const messages = from(streamEvents(server.origin))
        await subscribed(messages)
        await assert.rejects(lastValueFrom(messages), TypeError)
      },
    },
    {
      name: '`share` has one connection for all, which closes after the last',
      async run() {
        await using server = await serve(numbered(2))
        const messages = follow(server.origin).pipe(share())
        const [leave, stay] = await Promise.all([subscribed(messages), subscribed(messages)])
        leave()
        await outlastReconnections()
        assert.deepEqual([server.open.size, server.requests.length], [1, 1])
        stay()
        await server.untilFreed()
      },
    },
  ],
}
