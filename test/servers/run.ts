/**
 * Our client against what people serve with, and what stands between: `node test/servers/run.ts [--only nginx]`.
 * `npm run build` comes before it.
 */

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { path } from '../conformance/bundle.ts'
import { type Suite, Tally } from '../tally.ts'

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const tally = new Tally()

if (existsSync(path('test/servers/node_modules'))) {
  // Not before it is known that what they import is there.
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
  suite.missing('`npm ci` in test/servers brings what they need')
  suite.end()
}
tally.end()
// Checks that have failed may have left things open.
process.exit()

async function run(name: string, check: (suite: Suite) => Promise<void>): Promise<void> {
  const suite = tally.suite(name)
  try {
    await check(suite)
  } catch (error) {
    suite.report({ name: 'it runs to its end', outcome: 'failed', reason: String(error) })
  }
  suite.end()
}
