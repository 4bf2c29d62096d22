/** Tests Express's compression: it buffers messages, unless flushed or disabled. */

import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import compression from 'compression'
import express, { type Response } from 'express'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { eventSource, SURFACES } from './follower.ts'
import { Hosted } from './hosted.ts'
import { turns } from './upstream.ts'

export async function checkCompression(suite: Suite): Promise<void> {
  const hosted = await Hosted.start('compression')
  for (const [surface, follow] of Object.entries(SURFACES)) {
    await check(
      suite,
      `with flush() after each write, messages are compressed and arrive at once (${surface})`,
      async () => {
        const follower = follow(`${hosted.origin}/events`)
        assert.match((await follower.opened).headers.get('content-encoding') ?? '', /^(br|gzip)$/)
        await hosted.serves('events', 1)
        for (const data of ['one', 'zwei äöü', 'three']) {
          hosted.publish(['news', data])
          assert.equal((await follower.next()).data, data)
        }
        follower.close()
        await hosted.serves('events', 0, 500)
      },
    )
  }
  await hosted.stop()

  await check(suite, 'without flush(), no message arrives before the stream ends', () =>
    withStream({}, async (url, response) => {
      const follower = eventSource(url)
      const stream = await response
      for (let n = 0; n < 100; n++) stream.write(`data: ${n}\n\n`)
      await turns(url)
      // The stream is open, because the headers are not buffered.
      assert.deepEqual([(await follower.opened).status, follower.waiting], [200, 0])
      stream.end()
      for (let n = 0; n < 100; n++) assert.equal((await follower.next()).data, String(n))
      follower.close()
    }),
  )

  await check(suite, 'Cache-Control: no-transform disables compression', () =>
    withStream({ 'Cache-Control': 'no-cache, no-transform' }, async (url, response) => {
      const follower = eventSource(url)
      const stream = await response
      for (const data of ['one', 'two']) {
        stream.write(`data: ${data}\n\n`)
        assert.equal((await follower.next()).data, data)
      }
      assert.equal((await follower.opened).headers.get('content-encoding'), null)
      follower.close()
    }),
  )
}

/** Runs a check with a server that uses compression, and with its response. */
async function withStream(
  headers: Record<string, string>,
  check: (url: string, response: Promise<Response>) => Promise<void>,
): Promise<void> {
  const app = express().use(compression())
  const response = new Promise<Response>((resolve) => {
    app.get('/events', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers })
      resolve(response)
    })
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  try {
    await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, response)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
