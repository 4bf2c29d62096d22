/**
 * Tests the client with common server frameworks and proxies: `npm run test:servers -- [--only nginx]`. Run `npm run build` first.
 */

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { path } from '../conformance/bundle.ts'
import { type Suite, Tally } from '../tally.ts'

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const tally = new Tally()

if (existsSync(path('test/servers/node_modules'))) {
  // Imported only if their dependencies are installed.
  const { SUITES } = await import('./suites.ts')
  const chosen = SUITES.filter(([name]) => values.only?.includes(name) ?? true)
  await atOnce(
    4,
    chosen.map(
      ([name, check]) =>
        () =>
          run(name, check),
    ),
  )
} else {
  const suite = tally.suite('servers')
  suite.missing('dependencies are missing: run `npm ci` in test/servers')
  suite.end()
}
tally.end()
// Failed checks may leave handles open.
process.exit()

async function run(name: string, check: (suite: Suite) => Promise<void>): Promise<void> {
  const suite = tally.suite(name)
  try {
    await check(suite)
  } catch (error) {
    suite.report({ name: 'runs to completion', outcome: 'failed', reason: String(error) })
  }
  suite.end()
}
