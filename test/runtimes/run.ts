/** Runs the suite in each server runtime: `npm run test:conformance -- [--only node22] [--filter 'fact 20'] [--seed 1]`. */

import { parseArgs } from 'node:util'
import { bundle, path } from '../conformance/bundle.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { missing, RUNTIMES } from './list.ts'
import { runSuiteIn } from './suite-process.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, filter: { type: 'string', multiple: true }, seed: { type: 'string' } },
})
const { only, filter } = values
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const tally = new Tally()
const { origins, close } = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'runtimes.mjs')

for (const [runtime, command] of Object.entries(RUNTIMES)) {
  if (only !== undefined && only !== runtime) continue
  const suite = tally.suite(`conformance in ${runtime}`)
  const settings = {
    runtime,
    module: path('dist/index.js'),
    dropIn: path('dist/fetch-event-source.js'),
    ours: true,
    base: undefined,
    origins,
    seed,
    concurrency: 24,
    filter,
  }
  const absent = missing(command)
  if (absent === undefined) await runSuiteIn(command, entry, settings, suite.report)
  else suite.missing(absent)
  suite.end()
}
await close()
tally.end()
