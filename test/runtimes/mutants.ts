/** Does the suite notice? Each mutant has one fault, and one test of the suite must fail on it: `npm run test:mutants`. */

import { atOnce } from '../at-once.ts'
import { bundle, path } from '../conformance/bundle.ts'
import type { Result } from '../conformance/suite.ts'
import { buildMutant } from '../mutation.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { FAULTS, type Fault } from './faults.ts'
import { runSuiteIn, type Settings } from './suite-process.ts'

/** How often one may escape: a busy machine merges the chunks that would show it. */
const RUNS = 3

/** How long a fact may take, in ms: many times what it needs, for some mutants wait for ever. */
const FACT_LIMIT = 10_000

/** How many run at once: mostly they wait. */
const AT_ONCE = 12

const tally = new Tally()
const { origins, close } = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'mutants.mjs')
const suite = tally.suite('the suite notices')

await atOnce(AT_ONCE, [
  () => suite.run('a version without a fault passes each of these tests', mustPass),
  ...FAULTS.map(
    (fault, index) => () => suite.run(`a version that ${fault.what}`, () => mustBeNoticed(fault, String(index))),
  ),
])
suite.end()
await close()
tally.end()

async function mustBeNoticed(fault: Fault, name: string): Promise<void> {
  const folder = await built([fault], name)
  for (let run = 1; run <= RUNS; run++) {
    const outcome = (await resultsOf([fault.noticedBy], folder)).get(fault.noticedBy)?.outcome
    if (outcome === 'failed') return
    if (outcome === undefined) throw new Error(`There is no result of "${fault.noticedBy}": has it been renamed?`)
  }
  throw new Error(`"${fault.noticedBy}" did not fail`)
}

/** It runs beside the mutants, under the same limit: what fails there fails because of the fault, not of its place or the time. */
async function mustPass(): Promise<void> {
  const tests = [...new Set(FAULTS.map(({ noticedBy }) => noticedBy))]
  const sound = FAULTS.map((fault) => ({ ...fault, by: '(original) => original' }))
  const results = await resultsOf(tests, await built(sound, 'sound'))
  const failed = tests.filter((test) => results.get(test)?.outcome !== 'passed')
  if (failed.length === 0) return
  throw new Error(failed.map((test) => `"${test}": ${results.get(test)?.reason ?? 'no such test'}`).join('\n    '))
}

async function built(faults: Fault[], name: string): Promise<string> {
  const outdir = path(`.cache/mutants/${name}`)
  await buildMutant(faults, { outdir, format: 'esm' })
  return outdir
}

/** Runs these tests on the version in a folder; it is stopped when all have ended. */
async function resultsOf(tests: string[], folder: string): Promise<Map<string, Result>> {
  const results = new Map<string, Result>()
  const allEnded = new AbortController()
  const environment = { runtime: 'mutant', base: undefined, origins, seed: 1, concurrency: 4, factLimit: FACT_LIMIT }
  const modules = { module: `${folder}/index.js`, dropIn: path('dist/fetch-event-source.js') }
  const settings: Settings = { ...environment, ...modules, ours: true, filter: tests }
  await runSuiteIn(
    // Without the warnings that some of them deserve.
    [process.execPath, '--no-warnings'],
    entry,
    settings,
    (result) => {
      if (tests.includes(result.name)) results.set(result.name, result)
      if (results.size === tests.length) allEnded.abort()
    },
    allEnded.signal,
  )
  return results
}
