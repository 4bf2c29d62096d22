/** Mutation tests: each mutant has one fault, and the named test of the suite must fail on it: `npm run test:mutants`. */

import { setTimeout } from 'node:timers/promises'
import { atOnce } from '../at-once.ts'
import { bundle, path } from '../conformance/bundle.ts'
import type { Result } from '../conformance/suite.ts'
import { buildMutant } from '../mutation.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { FAULTS, type Fault } from './faults.ts'
import { runSuiteIn, type Settings } from './suite-process.ts'

/** How many runs a mutant gets: on a busy machine, chunks may be merged or arrive too late to show the fault. */
const RUNS = 5

/** A mutant hangs if a version without a fault starts the same test this many ms later and passes it first, twice in a row. */
const HEAD_START = 5_000
const LAPS = 2

/** How many mutants run at once; they mostly wait. */
const AT_ONCE = 12

const tally = new Tally()
const { origins, close } = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'mutants.mjs')
// The same build as a mutant, without any fault.
const sound = await built(
  FAULTS.map((fault) => ({ ...fault, by: '(original) => original' })),
  'sound',
)
const suite = tally.suite('mutants')

await atOnce(AT_ONCE, [
  () => suite.run('the version without a fault passes every test', mustPass),
  ...FAULTS.map(
    (fault, index) => () =>
      suite.run(`a version that ${fault.what} is noticed`, () => mustBeNoticed(fault, String(index))),
  ),
])
suite.end()
await close()
tally.end()

async function mustPass(): Promise<void> {
  const tests = [...new Set(FAULTS.map(({ noticedBy }) => noticedBy))]
  const results = await run(sound, tests)
  const failed = tests.filter((test) => results.get(test)?.outcome !== 'passed')
  if (failed.length === 0) return
  const reasons = failed.map((test) => `"${test}": ${results.get(test)?.reason ?? 'the test does not exist'}`)
  throw new Error(reasons.join('\n    '))
}

async function mustBeNoticed(fault: Fault, name: string): Promise<void> {
  const folder = await built([fault], name)
  for (let run = 1; run <= RUNS; run++) if (await isNoticed(folder, fault.noticedBy)) return
  throw new Error(`"${fault.noticedBy}" did not fail`)
}

async function isNoticed(folder: string, test: string): Promise<boolean> {
  const decided = new AbortController()
  const ended = run(folder, [test], decided.signal).then((results) => results.get(test)?.outcome === 'failed')
  try {
    return await Promise.race([ended, hasHung(test, decided.signal)])
  } finally {
    decided.abort()
  }
}

/** Compares with a sound version instead of a time limit, because any version may be slow on a busy machine. */
async function hasHung(test: string, decided: AbortSignal): Promise<true> {
  await setTimeout(HEAD_START, undefined, { signal: decided })
  for (let lap = 1; lap <= LAPS; lap++) {
    const result = (await run(sound, [test], decided)).get(test)
    if (result?.outcome !== 'passed') {
      throw new Error(`The version without a fault fails too: ${String(result?.reason)}`)
    }
  }
  return true
}

async function built(faults: Fault[], name: string): Promise<string> {
  const outdir = path(`.cache/mutants/${name}`)
  await buildMutant(faults, { outdir, format: 'esm' })
  return outdir
}

/** Runs tests on the version in a folder, until all have finished or the signal is aborted. */
async function run(folder: string, tests: string[], stopped?: AbortSignal): Promise<Map<string, Result>> {
  const results = new Map<string, Result>()
  const allEnded = new AbortController()
  const modules = { module: `${folder}/index.js`, dropIn: path('dist/fetch-event-source.js') }
  const environment = { runtime: 'mutant', base: undefined, origins, seed: 1, concurrency: 4 }
  const settings: Settings = { ...environment, ...modules, ours: true, filter: tests }
  await runSuiteIn(
    // Some mutants cause warnings.
    [process.execPath, '--no-warnings'],
    entry,
    settings,
    (result) => {
      if (tests.includes(result.name)) results.set(result.name, result)
      if (results.size === tests.length) allEnded.abort()
    },
    stopped ? AbortSignal.any([stopped, allEnded.signal]) : allEnded.signal,
  )
  return results
}
