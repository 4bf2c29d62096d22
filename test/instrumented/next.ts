/** Next.js: its patched `fetch` in the route handlers and server components of an app that is built and started. */

import assert from 'node:assert/strict'
import { streamEvents } from '../../dist/index.js'
import type { Client } from '../consumers/clients/client.ts'
import { numbered, serve, type StreamServer } from '../consumers/clients/server.ts'
import { STREAM_HEADERS } from './support.ts'
import { COMMON_NAMES } from './trials.ts'

async function urlOf(path: string): Promise<string> {
  const { origin } = await import('./preload/next.ts')
  return `${origin}${path}`
}

async function get(path: string): Promise<string> {
  const response = await fetch(await urlOf(path))
  return response.text()
}

function textOf(element: string, page: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)`).exec(page)?.[1]
}

/** The stream of a route handler that passes on the stream of this server. */
async function* relayed(upstream: StreamServer): AsyncGenerator<{ data: string; lastEventId: string }> {
  yield* streamEvents(await urlOf(`/relay?upstream=${encodeURIComponent(upstream.origin)}`))
}

export const client: Client = {
  name: 'Next.js',
  packages: ['next'],
  flags: ['--import', '../preload/next.ts'],
  how: 'next build && next start',
  others: {},
  note:
    'A page that Next.js would prerender needs `await connection()` before it reads a stream, or `unstable_rethrow(error)` in its `catch`: ' +
    'Next.js reports it by an error of `fetch`, the `cause` of the `ConnectionError`.',
  trials: [
    ...COMMON_NAMES.map((name) => ({
      name,
      async run() {
        assert.equal(await get(`/facts?name=${encodeURIComponent(name)}`), 'ok')
      },
    })),
    {
      name: 'all of that in a server component, not only in a route handler',
      async run() {
        for (const name of COMMON_NAMES)
          assert.equal(textOf('pre', await get(`/page?name=${encodeURIComponent(name)}`)), 'ok', name)
      },
    },
    {
      name: 'a route handler passes messages on one by one',
      async run() {
        await using upstream = await serve((_, response) => {
          response.writeHead(200, STREAM_HEADERS)
          response.write('data: 1\n\n')
        })
        for await (const { data } of relayed(upstream)) {
          if (data === '4') break
          for (const response of upstream.open) response.write(`data: ${Number(data) + 1}\n\n`)
        }
      },
    },
    {
      name: 'a route handler resumes a dropped stream, and frees the server when its client leaves',
      async run() {
        await using upstream = await serve(numbered(2))
        for await (const { lastEventId } of relayed(upstream)) {
          if (lastEventId === '2') upstream.drop()
          if (lastEventId === '4') break
        }
        await upstream.until(({ open }) => open.size === 0, 'the handler has closed its stream')
        assert.deepEqual(
          upstream.requests.map(({ headers }) => headers['last-event-id']),
          [undefined, '2'],
        )
      },
    },
    {
      name: 'a page with `await connection()` reads a stream',
      async run() {
        assert.equal(textOf('p', await get('/connection')), 'message 1')
      },
    },
    {
      name: 'so does one with `unstable_rethrow(error)`',
      async run() {
        assert.equal(textOf('p', await get('/rethrow')), 'message 1')
      },
    },
  ],
}
