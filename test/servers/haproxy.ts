/** HAProxy, as the page configures it, and without what it says there. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Suite } from '../tally.ts'
import { Checks } from './checks.ts'
import {
  answersForTheServer,
  type Between,
  cutsSilence,
  FROM_THE_START,
  passesEach,
  saysThatItIsLate,
  staged,
} from './between.ts'
import { configuration } from './configuration.ts'
import { eventSource, SURFACES } from './follower.ts'
import { HAPROXY, missing, Proxy } from './proxy.ts'
import { until } from './until.ts'
import { turns } from './upstream.ts'

/** HAProxy with the page's configuration, save for some lines. */
function asOnThePage(replacements: Record<string, string> = {}): Between {
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
    checks.add(`as on the page, each message arrives as it is sent, and leaving is noticed (${surface})`, () =>
      staged(asOnThePage(), {}, (stage) => passesEach(stage, follow)),
    )
  }

  checks.add('without abortonclose, the server does not notice that a client leaves a silent stream', () =>
    staged(asOnThePage(WITHOUT_ABORT), {}, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await follower.opened
      follower.close()
      await turns(url)
      await upstream.serves(1)
    }),
  )

  checks.add('without abortonclose, it notices at the next heartbeat', () =>
    staged(asOnThePage(WITHOUT_ABORT), { heartbeat: 300 }, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await follower.opened
      follower.close()
      await upstream.serves(0)
    }),
  )

  checks.add('timeout client does not end a stream', () =>
    staged(asOnThePage({ 'client 30s': 'client 2s' }), {}, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await follower.opened
      await delay(3_000)
      upstream.publish('after three seconds')
      assert.equal((await follower.next()).data, 'after three seconds')
      assert.deepEqual(follower.failures, [])
      follower.close()
    }),
  )

  checks.add('timeout server does, whatever timeout tunnel says', () =>
    staged(asOnThePage({ 'server 1h': 'server 2s\n    timeout tunnel 1h' }), {}, async ({ url }) => {
      const follower = eventSource(url)
      await until(
        () => follower.failures[0]?.reason === 'network',
        () => 'it has not been cut',
      )
      follower.close()
    }),
  )

  cutsSilence(checks, (seconds) => asOnThePage({ 'timeout server 1h': `timeout server ${seconds}s` }))
  answersForTheServer(checks, asOnThePage(), 503)
  saysThatItIsLate(checks, asOnThePage({ 'timeout server 1h': 'timeout server 1s' }))

  checks.add('where it waits for longer, idleTimeout takes silence for a loss, and nothing is lost', () =>
    staged(asOnThePage(), {}, async ({ upstream, url }) => {
      const follower = eventSource(url, { ...FROM_THE_START, idleTimeout: 300 })
      await upstream.serves(1)
      upstream.publish('before')
      const { id } = await follower.next()
      await until(
        () => follower.failures[0]?.reason === 'timeout',
        () => 'it has not timed out',
      )
      upstream.publish('meanwhile')
      assert.equal((await follower.next()).data, 'meanwhile')
      assert.ok(upstream.isResumedAfter(id))
      follower.close()
    }),
  )

  await checks.run()
}
