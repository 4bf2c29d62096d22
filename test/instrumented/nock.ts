/** nock: requests that pass through its scopes, and mocked streams. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { ConnectionError, EventSource } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve } from '../consumers/clients/server.ts'
import { messagesOf, STREAM_HEADERS } from './support.ts'
import { commonTrials } from './trials.ts'

const ORIGIN = 'http://mocked.test'

/** Answers the next request to `ORIGIN` with a stream. */
async function mockStream(matching: Record<string, string> = {}): Promise<PassThrough> {
  const { default: nock } = await import('nock')
  const body = new PassThrough()
  body.write(`retry: 50\n\n`)
  nock(ORIGIN, { reqheaders: matching })
    .get('/')
    .reply(200, () => body, STREAM_HEADERS)
  return body
}

async function nextFailure(source: EventSource): Promise<ConnectionError | undefined> {
  const [event] = (await once(source, 'error')) as [{ error?: ConnectionError }]
  return event.error
}

export const client: Client = {
  name: 'nock',
  packages: ['nock'],
  flags: ['--expose-gc', '--import', './preload/nock.ts'],
  how: "nock(origin).get('/').reply(200, () => stream, { 'Content-Type': 'text/event-stream' })",
  others: {},
  note: 'The stream of a mocked reply does not learn that you have closed it, and if it fails, it looks like one that ended.',
  trials: [
    ...commonTrials(),
    {
      name: 'a mocked stream arrives one by one, and a reconnection with its ID',
      async run() {
        const first = await mockStream()
        const second = await mockStream({ 'last-event-id': '2' })
        const source = new EventSource(ORIGIN)
        first.write('id: 1\ndata: x\n\n')
        const ids: string[] = []
        for await (const { lastEventId } of messagesOf(source)) {
          ids.push(lastEventId)
          if (lastEventId === '1') first.write('id: 2\ndata: x\n\n')
          if (lastEventId === '2') {
            first.end()
            second.write('id: 3\ndata: x\n\n')
          }
          if (lastEventId === '3') break
        }
        source.close()
        assert.deepEqual(ids, ['1', '2', '3'])
      },
    },
    {
      name: 'mocked failures are of the class `ConnectionError`',
      async run() {
        const { default: nock } = await import('nock')
        nock(ORIGIN).get('/').reply(401, 'no')
        const refused = new EventSource(ORIGIN)
        const { reason, status, body } = (await nextFailure(refused)) ?? {}
        assert.deepEqual([reason, status, body], ['status', 401, 'no'])
        nock(ORIGIN).get('/').replyWithError('reset')
        const failed = new EventSource(ORIGIN)
        assert.equal((await nextFailure(failed))?.reason, 'network')
        failed.close()
      },
    },
    {
      name: 'a mocked stream that fails has ended',
      async run() {
        const body = await mockStream()
        const source = new EventSource(ORIGIN)
        await once(source, 'open')
        const failure = nextFailure(source)
        body.destroy(new Error('reset'))
        assert.equal((await failure)?.reason, 'ended')
        source.close()
      },
    },
    {
      name: 'a mocked stream does not notice that it was closed',
      async run() {
        const body = await mockStream()
        const source = new EventSource(ORIGIN)
        await once(source, 'open')
        source.close()
        // A real stream is closed meanwhile.
        await using server = await serve(numbered())
        const real = new EventSource(server.origin)
        await once(real, 'message')
        real.close()
        await server.until(({ open }) => open.size === 0, 'the real stream is closed')
        assert.equal(body.destroyed, false)
        body.destroy()
      },
    },
  ],
}
