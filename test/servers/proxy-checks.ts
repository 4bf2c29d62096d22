/** Tests that apply to any proxy in front of a stream. */

import assert from 'node:assert/strict'
import type { Checks } from './checks.ts'
import { eventSource, type Follow, SURFACES } from './follower.ts'
import type { Proxy } from './proxy.ts'
import { until } from './until.ts'
import { Upstream, type UpstreamInit } from './upstream.ts'

/** Starts the proxy in front of a port. */
export type StartProxy = (port: number) => Promise<Proxy>

export interface Stage {
  upstream: Upstream
  proxy: Proxy
  url: string
}

/** Options for receiving all messages even if a busy machine drops the connection early. */
export const FROM_THE_START = { reconnect: true, lastEventId: '0' }

/** Runs a test with an upstream server and a proxy. */
export async function staged(
  startProxy: StartProxy,
  init: UpstreamInit,
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  const upstream = await Upstream.start(init)
  try {
    const proxy = await startProxy(upstream.port)
    try {
      await test({ upstream, proxy, url: `http://127.0.0.1:${proxy.port}/events` })
    } finally {
      await proxy.stop()
    }
  } finally {
    await upstream.stop()
  }
}

/** Checks that each message arrives before the next is sent, and that the server detects a disconnect. */
export async function passesEach({ upstream, url }: Stage, follow: Follow): Promise<void> {
  const follower = follow(url)
  await follower.opened
  await upstream.serves(1)
  for (const data of ['one', 'two', 'three']) {
    upstream.publish(data)
    assert.equal((await follower.next()).data, data)
  }
  follower.close()
  // Nothing else is sent, so only the closed connection reveals it.
  await upstream.serves(0)
}

/** Tests of a proxy that closes streams after some idle seconds. */
export function checksIdleTimeout(checks: Checks, startProxy: (seconds: number) => StartProxy): void {
  for (const [surface, follow] of Object.entries(SURFACES)) {
    checks.add(`a stream closed for being idle resumes without loss (${surface})`, () =>
      staged(startProxy(2), {}, async ({ upstream, url }) => {
        const follower = follow(url, FROM_THE_START)
        await upstream.serves(1)
        upstream.publish('before')
        const { id } = await follower.next()
        await until(
          () => follower.failures.length > 0 || upstream.requests.length > 1,
          () => 'the connection is still open',
        )
        upstream.publish('meanwhile')
        assert.equal((await follower.next()).data, 'meanwhile')
        assert.ok(upstream.isResumedAfter(id))
        follower.close()
        await upstream.serves(0)
      }),
    )
  }

  checks.add('keep-alive comments keep a stream open', () =>
    // Much shorter than the timeout, for busy machines.
    staged(startProxy(6), { keepAlive: 200 }, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await until(
        () => follower.comments.length >= 35,
        () => `${follower.comments.length} comments`,
      )
      upstream.publish('after all of them')
      assert.equal((await follower.next()).data, 'after all of them')
      assert.deepEqual([upstream.requests.length, follower.failures.length], [1, 0])
      follower.close()
    }),
  )
}

/** Tests of a proxy whose server restarts. */
export function checksRestart(checks: Checks, startProxy: StartProxy, status: number): void {
  for (const [surface, follow] of Object.entries(SURFACES)) {
    checks.add(`a ${status} during a restart is permanent, as the standard requires (${surface})`, () =>
      staged(startProxy, {}, async ({ upstream, url }) => {
        const follower = follow(url, { reconnect: true })
        await upstream.serves(1)
        await upstream.stop()
        await until(
          () => follower.hasEnded,
          () => 'it has not failed',
        )
        const failure = follower.failures.at(-1)
        assert.deepEqual([failure?.reason, failure?.status], ['status', status])
      }),
    )

    checks.add(`with shouldReconnect, it resumes after a ${status} without loss (${surface})`, () =>
      staged(startProxy, {}, async ({ upstream, url }) => {
        const statuses: number[] = []
        const shouldReconnect = ({ status = 0 }): boolean | undefined => {
          statuses.push(status)
          return status >= 502 && status <= 504 ? true : undefined
        }
        const follower = follow(url, { reconnect: { shouldReconnect } })
        await upstream.serves(1)
        upstream.publish('before')
        const { id } = await follower.next()
        await upstream.stop()
        await until(
          () => statuses.includes(status),
          () => `statuses: ${statuses.join(', ')}`,
        )
        upstream.publish('meanwhile')
        await upstream.start()
        assert.equal((await follower.next()).data, 'meanwhile')
        assert.equal(upstream.requests[1]?.['last-event-id'], id)
        assert.equal(follower.hasEnded, false)
        follower.close()
      }),
    )
  }
}

/** Tests of a proxy whose server does not answer in time. */
export function checksGatewayTimeout(checks: Checks, startProxy: StartProxy): void {
  checks.add('a 504 for a slow server is an error with this status', () =>
    staged(startProxy, {}, async ({ url }) => {
      const follower = eventSource(`${url}/never`)
      await until(
        () => follower.hasEnded,
        () => 'it has not failed',
      )
      assert.equal(follower.failures[0]?.status, 504)
    }),
  )
}
