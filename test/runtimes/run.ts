/**
 * Runs the suite in each server runtime: `npm run test:conformance -- [--only node22] [--filter 'fact 20'] [--seed 1]`. Every
 * runtime runs all facts. One runtime per engine runs the byte streams in all four cuts, the others in one random cut.
 */

import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { MAX_PIECES } from '../conformance/cases.ts'
import { bundle, moduleURL, path } from '../conformance/bundle.ts'
import { readBuild } from '../conformance/which-build.ts'
import { keepRun } from '../conformance/table.ts'
import type { Cut } from '../server/program.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { runSuiteInRequest } from './request-runtimes.ts'
import { missing, packageOf, REQUEST_RUNTIMES, RUNTIMES, versionOf } from './list.ts'
import { runSuiteIn } from './suite-process.ts'

/** How many runtimes run at once. With more, two cores are too slow for facts that measure time. */
const AT_ONCE = 3

/** One runtime per engine. */
const ALL_CUTS = ['node24', 'deno', 'bun', 'workerd']

const { values } = parseArgs({
  options: { only: { type: 'string' }, filter: { type: 'string', multiple: true }, seed: { type: 'string' } },
})
const { only, filter } = values
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const tally = new Tally()
console.log(`seed ${seed}`)
const { origins, close } = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'runtimes.mjs')
for (const file of ['dist/index.js', 'dist/fetch-event-source.js']) readBuild(path(file), 'default')

const chosen = [...Object.keys(RUNTIMES), ...REQUEST_RUNTIMES].filter((name) => only === undefined || only === name)
await atOnce(
  AT_ONCE,
  chosen.map((runtime) => () => runIn(runtime)),
)
await close()
tally.end()

async function runIn(runtime: string): Promise<void> {
  const suite = tally.suite(`conformance in ${runtime}`)
  const maxPieces = runtime.startsWith('node') ? undefined : MAX_PIECES
  const cuts: Cut[] | undefined = ALL_CUTS.includes(runtime) ? undefined : ['random']
  const settings = { runtime, ours: true, origins, seed, cuts, concurrency: 24, maxPieces, filter }
  const command = RUNTIMES[runtime]
  const requestRuntime = REQUEST_RUNTIMES.find((name) => name === runtime)
  const absent = missing(command ?? [packageOf(runtime)])
  if (absent !== undefined) suite.missing(absent)
  else if (requestRuntime) await runSuiteInRequest(requestRuntime, settings, suite.report)
  else {
    const modules = { module: moduleURL('dist/index.js'), dropIn: moduleURL('dist/fetch-event-source.js') }
    await runSuiteIn(command ?? [], entry, { ...settings, ...modules, base: undefined }, suite.report)
  }
  suite.end()
  if (absent === undefined && filter === undefined) keepRun(runtime, versionOf(runtime), suite.results)
}
