/** fetch-cookie: a `fetch` with a cookie jar. */

import assert from 'node:assert/strict'
import { ConnectionError, streamEvents, type EventSourceInit } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve, type StreamServer } from '../consumers/clients/server.ts'
import { commonTrials, dropOnce } from './trials.ts'

/** With a new jar. */
async function withCookies(): Promise<EventSourceInit> {
  const { default: makeFetchCookie } = await import('fetch-cookie')
  return { fetch: makeFetchCookie(fetch) }
}

async function readFirst({ origin }: StreamServer, options: EventSourceInit): Promise<void> {
  for await (const _ of streamEvents(origin, options)) break
}

export const client: Client = {
  name: 'fetch-cookie',
  packages: ['fetch-cookie'],
  flags: ['--expose-gc'],
  how: 'new EventSource(url, { fetch: makeFetchCookie(fetch) })',
  others: {},
  note:
    'It follows redirects itself, and sends `Authorization` on to other ports and to subdomains. ' +
    "`redirect: 'same-origin'` refuses these.",
  trials: [
    ...commonTrials(withCookies),
    {
      name: 'a cookie of the stream is sent on reconnection',
      async run() {
        await using server = await serve((request, response, server) => {
          response.setHeader('Set-Cookie', `session=${server.requests.length}; Path=/`)
          void numbered(2)(request, response, server)
        })
        await dropOnce(server, await withCookies())
        assert.deepEqual(
          server.requests.map(({ headers }) => headers.cookie),
          [undefined, 'session=1'],
        )
      },
    },
    {
      name: 'a cookie of a redirect is sent to its target',
      async run() {
        await using server = await serve((request, response, server) => {
          if (request.url === '/stream') void numbered()(request, response, server)
          else response.writeHead(302, { Location: '/stream', 'Set-Cookie': 'session=1' }).end()
        })
        await readFirst(server, await withCookies())
        assert.deepEqual(
          server.requests.map(({ url, headers }) => [url, headers.cookie]),
          [
            ['/', undefined],
            ['/stream', 'session=1'],
          ],
        )
      },
    },
    {
      name: "`Authorization` is sent on to another port, unless `redirect: 'same-origin'` refuses that",
      async run() {
        await using target = await serve(numbered())
        await using server = await serve((_, response) => response.writeHead(302, { Location: target.origin }).end())
        const headers = { Authorization: 'Bearer secret' }
        await readFirst(server, { ...(await withCookies()), headers })
        assert.equal(target.requests[0]?.headers.authorization, 'Bearer secret')
        await assert.rejects(
          readFirst(server, { ...(await withCookies()), headers, redirect: 'same-origin' }),
          (error) => error instanceof ConnectionError && error.reason === 'redirect',
        )
        assert.equal(target.requests.length, 1)
      },
    },
  ],
}
