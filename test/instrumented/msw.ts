/** msw: requests that pass through, and mocked streams. */

import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { EventSource, streamEvents } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { large, memory, messagesOf, STREAM_HEADERS } from './support.ts'
import { commonTrials } from './trials.ts'

const ORIGIN = 'http://mocked.test'
const SIZE = 64 * 2 ** 20
const CLONED = 'a stream is neither cloned nor kept'

export const client: Client = {
  name: 'msw',
  packages: ['msw'],
  flags: ['--expose-gc', '--import', './preload/msw.ts'],
  how: "setupServer(sse('http://localhost/stream', ({ client }) => client.send({ data: 'hello' }))).listen()",
  others: {},
  note:
    'It clones every response for its events and keeps the clone of a stream that passes through, also with plain `fetch`. ' +
    'Call `server.close()` before long real streams.',
  trials: [
    ...commonTrials(() => ({}), [CLONED]),
    {
      name: 'a stream that passes through is cloned, and the clone kept, until `server.close()`',
      async run(EventSource, implementation) {
        const { listen, server: mocks } = await import('./preload/msw.ts')
        await using server = await serve(large(SIZE))
        globalThis.gc?.()
        const before = memory()
        for await (const { type } of streamEvents(server.origin)) if (type === 'last') break
        await server.until(({ open }) => open.size === 0, 'the loop has closed its stream')
        globalThis.gc?.()
        assert.ok(memory() - before > SIZE / 2, 'it is not kept any more')
        mocks.close()
        await commonTrials()
          .find(({ name }) => name === CLONED)
          ?.run(EventSource, implementation)
        listen()
      },
    },
    {
      name: 'a mocked stream arrives one by one, and a reconnection with its ID',
      async run() {
        const { server } = await import('./preload/msw.ts')
        const { sse } = await import('msw/sse')
        const ids: (string | null)[] = []
        let send: (id: number) => void = () => undefined
        server.use(
          sse(ORIGIN, ({ client, request }) => {
            ids.push(request.headers.get('last-event-id'))
            send = (id) => {
              client.send({ id: String(id), data: 'x' })
              if (id === 2) client.close()
            }
            client.send({ retry: 50 })
            send(Number(ids.at(-1)) + 1)
          }),
        )
        const source = new EventSource(ORIGIN)
        const received: string[] = []
        for await (const { lastEventId } of messagesOf(source)) {
          received.push(lastEventId)
          if (lastEventId === '1') send(2)
          if (lastEventId === '4') break
          if (lastEventId === '3') send(4)
        }
        source.close()
        assert.deepEqual(received, ['1', '2', '3', '4'])
        assert.deepEqual(ids, [null, '2'])
      },
    },
    {
      name: 'a handler sees that the stream was closed',
      async run() {
        const { server } = await import('./preload/msw.ts')
        const { http, HttpResponse } = await import('msw')
        const events = new EventEmitter()
        const ends = Promise.all([once(events, 'aborted'), once(events, 'canceled')])
        server.use(
          http.get(ORIGIN, ({ request }) => {
            request.signal.addEventListener('abort', () => {
              events.emit('aborted')
            })
            const body = new ReadableStream({
              start(controller) {
                controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
              },
              cancel() {
                events.emit('canceled')
              },
            })
            return new HttpResponse(body, { headers: STREAM_HEADERS })
          }),
        )
        for await (const _ of streamEvents(ORIGIN)) break
        await ends
      },
    },
    {
      name: 'a handler can pass the stream of a real server on',
      async run() {
        const { server } = await import('./preload/msw.ts')
        const { sse } = await import('msw/sse')
        await using real = await serve(numbered())
        server.use(sse(`${real.origin}/`, ({ server }) => void server.connect()))
        const source = new EventSource(real.origin)
        for await (const { lastEventId } of messagesOf(source)) if (lastEventId === '3') break
        source.close()
        await real.until(({ open }) => open.size === 0, 'the real stream is closed')
      },
    },
  ],
}
