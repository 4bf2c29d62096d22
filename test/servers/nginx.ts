/** Tests nginx with the documented configuration, and with other common settings. */

import assert from 'node:assert/strict'
import type { Suite } from '../tally.ts'
import { Checks } from './checks.ts'
import {
  checksRestart,
  type StartProxy,
  checksIdleTimeout,
  passesEach,
  checksGatewayTimeout,
  staged,
} from './proxy-checks.ts'
import { configuration } from './configuration.ts'
import { eventSource, SURFACES } from './follower.ts'
import { missing, NGINX, Proxy } from './proxy.ts'
import { until } from './until.ts'
import { turns } from './upstream.ts'

/** nginx with the documented block, except some lines. */
function asDocumented(replacements: Record<string, string> = {}): StartProxy {
  return (port) => {
    const location = configuration('nginx.conf', { '127.0.0.1:8000': `127.0.0.1:${port}`, ...replacements })
    return Proxy.nginx((own) => `server { listen 127.0.0.1:${own};\n${location} }`)
  }
}

/** nginx with only these lines. */
function only(lines: string): StartProxy {
  return (port) =>
    Proxy.nginx(
      (own) => `server { listen 127.0.0.1:${own}; location / { proxy_pass http://127.0.0.1:${port}; ${lines} } }`,
    )
}

const HTTP_1_1 = 'proxy_http_version 1.1; proxy_set_header Connection "";'
const GZIP = 'gzip on; gzip_proxied any; gzip_types text/event-stream;'
const NO_BUFFERING = { 'X-Accel-Buffering': 'no' }

/** Configurations that pass each message on at once. */
const PASSES: [name: string, StartProxy, headers?: Record<string, string>][] = [
  ['as documented', asDocumented()],
  ['with only proxy_buffering off', only('proxy_buffering off;')],
  ['with only X-Accel-Buffering: no from the server', only(''), NO_BUFFERING],
  ['with only proxy_http_version 1.1', only(HTTP_1_1)],
  ['with gzip for event streams, and proxy_buffering off', only(`${GZIP} proxy_buffering off;`)],
  ['with gzip for event streams, and X-Accel-Buffering: no from the server', only(GZIP), NO_BUFFERING],
  ['with gzip for other types', only(`gzip on; gzip_proxied any; ${HTTP_1_1}`)],
]

export async function checkNginx(suite: Suite): Promise<void> {
  const absent = missing(NGINX)
  if (absent !== undefined) {
    suite.missing(absent)
    return
  }
  const checks = new Checks(suite)

  for (const [name, startProxy, headers = {}] of PASSES) {
    for (const [surface, follow] of Object.entries(SURFACES)) {
      checks.add(`${name}, each message arrives at once, and the server detects a disconnect (${surface})`, () =>
        staged(startProxy, { headers }, (stage) => passesEach(stage, follow)),
      )
    }
  }

  checks.add('by default, nginx buffers the response up to 4 KiB', () =>
    staged(only(''), {}, async ({ upstream, url }) => {
      const follower = eventSource(url)
      await upstream.serves(1)
      const sent = ['first']
      upstream.publish('first')
      await turns(url)
      assert.deepEqual(
        [follower.waiting, await Promise.race([follower.opened, Promise.resolve('not yet')])],
        [0, 'not yet'],
      )
      while (follower.waiting === 0 && sent.length < 100) {
        const text = 'x'.repeat(200)
        upstream.publish(text)
        sent.push(text)
        await turns(url)
      }
      const bytes = sent.join('').length
      assert.ok(bytes > 3_000 && bytes < 6_000, `it took ${bytes} characters`)
      follower.close()
    }),
  )

  for (const [name, lines] of Object.entries({ 'by default': GZIP, 'with HTTP/1.1': GZIP + HTTP_1_1 })) {
    checks.add(`with gzip for event streams, ${name}, nginx buffers until the stream ends`, () =>
      staged(only(lines), {}, async ({ upstream, url }) => {
        const follower = eventSource(url)
        await upstream.serves(1)
        for (let n = 0; n < 100; n++) upstream.publish('x'.repeat(1_000))
        await turns(url)
        assert.equal(follower.waiting, 0)
        upstream.end()
        await until(
          () => follower.waiting === 100,
          () => `${follower.waiting} messages`,
        )
        follower.close()
      }),
    )
  }

  checks.add('with gzip for event streams, nginx compresses', () =>
    staged(only(`${GZIP} proxy_buffering off;`), {}, async ({ url }) => {
      const follower = eventSource(url)
      assert.equal((await follower.opened).headers.get('content-encoding'), 'gzip')
      follower.close()
    }),
  )

  checksIdleTimeout(checks, (seconds) => asDocumented({ '1h': `${seconds}s` }))
  checksRestart(checks, asDocumented(), 502)
  checksGatewayTimeout(checks, asDocumented({ '1h': '1s' }))

  await checks.run()
}
