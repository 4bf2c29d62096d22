/** What is true of any proxy that is set right, in front of a stream. */

import assert from 'node:assert/strict'
import type { Checks } from './checks.ts'
import { eventSource, type Follow, SURFACES } from './follower.ts'
import type { Proxy } from './proxy.ts'
import { until } from './until.ts'
import { Upstream, type UpstreamInit } from './upstream.ts'

/** Starts the proxy in front of a port. */
export type Between = (port: number) => Promise<Proxy>

export interface Stage {
  upstream: Upstream
  proxy: Proxy
  url: string
}

/** A connection that is cut too early, on a busy machine, misses nothing. */
export const FROM_THE_START = { reconnect: true, lastEventId: '0' }

/** For one test. */
export async function staged(
  between: Between,
  init: UpstreamInit,
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  const upstream = await Upstream.start(init)
  try {
    const proxy = await between(upstream.port)
    try {
      await test({ upstream, proxy, url: `http://127.0.0.1:${proxy.port}/events` })
    } finally {
      await proxy.stop()
    }
  } finally {
    await upstream.stop()
  }
}

/** Each message arrives before the next is sent, and leaving is noticed. */
export async function passesEach({ upstream, url }: Stage, follow: Follow): Promise<void> {
  const follower = follow(url)
  await follower.opened
  await upstream.serves(1)
  for (const data of ['one', 'two', 'three']) {
    upstream.publish(data)
    assert.equal((await follower.next()).data, data)
  }
  follower.close()
  // Nothing else is sent, so only the end of the client's connection can tell it.
  await upstream.serves(0)
}

/** A proxy that ends streams after so many seconds of silence. */
export function cutsSilence(checks: Checks, between: (seconds: number) => Between): void {
  for (const [surface, follow] of Object.entries(SURFACES)) {
    checks.add(`a stream that it cuts for its silence goes on, and nothing is lost (${surface})`, () =>
      staged(between(2), {}, async ({ upstream, url }) => {
        const follower = follow(url, FROM_THE_START)
        await upstream.serves(1)
        upstream.publish('before')
        const { id } = await follower.next()
        await until(
          () => follower.failures.length > 0 || upstream.requests.length > 1,
          () => 'it has not been cut',
        )
        upstream.publish('meanwhile')
        assert.equal((await follower.next()).data, 'meanwhile')
        assert.ok(upstream.isResumedAfter(id))
        follower.close()
        await upstream.serves(0)
      }),
    )
  }

  checks.add('heartbeats keep it open', () =>
    // The machine would have to stand still for seconds between two of them.
    staged(between(6), { heartbeat: 200 }, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await until(
        () => follower.comments.length >= 35,
        () => `there are ${follower.comments.length} comments`,
      )
      upstream.publish('after all of them')
      assert.equal((await follower.next()).data, 'after all of them')
      assert.deepEqual([upstream.requests.length, follower.failures.length], [1, 0])
      follower.close()
    }),
  )
}

/** While the server behind it is started anew, a proxy answers for it. */
export function answersForTheServer(checks: Checks, between: Between, status: number): void {
  for (const [surface, follow] of Object.entries(SURFACES)) {
    checks.add(`its ${status} while the server restarts is the end, as the standard says (${surface})`, () =>
      staged(between, {}, async ({ upstream, url }) => {
        const follower = follow(url, { reconnect: true })
        await upstream.serves(1)
        await upstream.stop()
        await until(
          () => follower.hasEnded,
          () => 'it has not ended',
        )
        const failure = follower.failures.at(-1)
        assert.deepEqual([failure?.reason, failure?.status], ['status', status])
      }),
    )

    checks.add(`with shouldReconnect it goes on after a ${status}, and nothing is lost (${surface})`, () =>
      staged(between, {}, async ({ upstream, url }) => {
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
          () => `it has failed with ${statuses.join(', ')}`,
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

/** A server that does not answer within its time. */
export function saysThatItIsLate(checks: Checks, between: Between): void {
  checks.add('its 504, where the server does not answer in time, is an error with that status', () =>
    staged(between, {}, async ({ url }) => {
      const follower = eventSource(`${url}/never`)
      await until(
        () => follower.hasEnded,
        () => 'it has not ended',
      )
      assert.equal(follower.failures[0]?.status, 504)
    }),
  )
}
