/** Tests better-sse's channels, and its behavior that servers.md warns about. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEventBuffer, createSession, type Session } from 'better-sse'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { type Follower, SURFACES } from './follower.ts'
import type { Hosted } from './hosted.ts'

export async function checkBetterSSE(suite: Suite, { origin }: Hosted): Promise<void> {
  for (const [surface, follow] of Object.entries(SURFACES)) {
    await check(suite, `a channel broadcasts to all three sessions (${surface})`, async () => {
      const followers = [await alone(() => follow(`${origin}/room`))]
      for (const present of [2, 3]) {
        followers.push(follow(`${origin}/room`))
        for (const each of followers) {
          const { type, data } = await each.next()
          assert.deepEqual([type, JSON.parse(data)], ['arrival', present])
        }
      }
      for (const follower of followers) follower.close()
    })
  }

  await check(suite, 'a serializer that keeps line ends breaks messages', () => {
    const buffer = createEventBuffer({ serializer: String }).push('two\nlines', 'news', '1')
    assert.equal(buffer.read(), 'event:news\nid:1\ndata:two\nlines\n\n')
  })

  await check(
    suite,
    'a session created after reading the body does not detect that the client disconnects',
    async () => {
      let session: Session | undefined
      const server = createServer((request, response) => {
        request
          .resume()
          .once(
            'end',
            () => void createSession(request, response, { keepAlive: null }).then((created) => (session = created)),
          )
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const controller = new AbortController()
      const { port } = server.address() as AddressInfo
      await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: '{}', signal: controller.signal })
      controller.abort()
      // `close()` waits for all connections, so the server has detected it.
      await new Promise((resolve) => server.close(resolve))
      assert.equal(session?.isConnected, true)
    },
  )
}

/** Opens sessions until one is alone in the room, because earlier ones may not have left yet. */
async function alone(enter: () => Follower): Promise<Follower> {
  for (;;) {
    const follower = enter()
    if ((await follower.next()).data === '1') return follower
    follower.close()
  }
}
