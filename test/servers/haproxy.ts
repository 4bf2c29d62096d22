/** Tests HAProxy with the documented configuration, and with changes to it. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Suite } from '../tally.ts'
import { Checks } from './checks.ts'
import {
  checksRestart,
  type StartProxy,
  checksIdleTimeout,
  FROM_THE_START,
  passesEach,
  checksGatewayTimeout,
  staged,
} from './proxy-checks.ts'
import { configuration } from './configuration.ts'
import { eventSource, SURFACES } from './follower.ts'
import { HAPROXY, missing, Proxy } from './proxy.ts'
import { until } from './until.ts'
import { turns } from './upstream.ts'

/** HAProxy with the documented configuration, except some lines. */
function asDocumented(replacements: Record<string, string> = {}): StartProxy {
  return (port) =>
    Proxy.haproxy((own) =>
      configuration('haproxy.cfg', {
        ':80\n': `127.0.0.1:${own}\n`,
        '127.0.0.1:8000': `127.0.0.1:${port}`,
        ...replacements,
      }),
    )
}

const WITHOUT_ABORT = { 'option abortonclose': '' }

export async function checkHAProxy(suite: Suite): Promise<void> {
  const absent = missing(HAPROXY)
  if (absent !== undefined) {
    suite.missing(absent)
    return
  }
  const checks = new Checks(suite)

  for (const [surface, follow] of Object.entries(SURFACES)) {
    checks.add(`as documented, each message arrives at once, and the server detects a disconnect (${surface})`, () =>
      staged(asDocumented(), {}, (stage) => passesEach(stage, follow)),
    )
  }

  checks.add('without abortonclose, the server does not detect a disconnect from an idle stream', () =>
    staged(asDocumented(WITHOUT_ABORT), {}, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await follower.opened
      follower.close()
      await turns(url)
      await upstream.serves(1)
    }),
  )

  checks.add('without abortonclose, the next keep-alive comment detects it', () =>
    staged(asDocumented(WITHOUT_ABORT), { keepAlive: 300 }, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await follower.opened
      follower.close()
      await upstream.serves(0)
    }),
  )

  checks.add('timeout client does not close a stream', () =>
    staged(asDocumented({ 'client 30s': 'client 2s' }), {}, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await follower.opened
      await delay(3_000)
      upstream.publish('after three seconds')
      assert.equal((await follower.next()).data, 'after three seconds')
      assert.deepEqual(follower.failures, [])
      follower.close()
    }),
  )

  checks.add('timeout server closes a stream, even with a timeout tunnel', () =>
    staged(asDocumented({ 'server 1h': 'server 2s\n    timeout tunnel 1h' }), {}, async ({ url }) => {
      const follower = eventSource(url)
      await until(
        () => follower.failures[0]?.reason === 'network',
        () => 'the connection is still open',
      )
      follower.close()
    }),
  )

  checksIdleTimeout(checks, (seconds) => asDocumented({ 'timeout server 1h': `timeout server ${seconds}s` }))
  checksRestart(checks, asDocumented(), 503)
  checksGatewayTimeout(checks, asDocumented({ 'timeout server 1h': 'timeout server 1s' }))

  checks.add('idleTimeout detects an idle connection before the proxy does, without loss', () =>
    staged(asDocumented(), {}, async ({ upstream, url }) => {
      const follower = eventSource(url, { ...FROM_THE_START, idleTimeout: 300 })
      await upstream.serves(1)
      upstream.publish('before')
      const { id } = await follower.next()
      await until(
        () => follower.failures[0]?.reason === 'timeout',
        () => 'no timeout yet',
      )
      upstream.publish('meanwhile')
      assert.equal((await follower.next()).data, 'meanwhile')
      assert.ok(upstream.isResumedAfter(id))
      follower.close()
    }),
  )

  await checks.run()
}
