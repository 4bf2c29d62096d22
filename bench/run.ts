/**
 * Runs the benchmarks, and writes docs/background/benchmarks.md and its chart:
 * `npm run bench -- [--only throughput] [--rounds 3] [--smoke]`. Results of selected contenders or bursts are printed but not
 * stored: `--only throughput --filter '176 bytes, 100' --contender baseline --contender everysource`
 */

import { parseArgs } from 'node:util'
import { path } from '../test/conformance/bundle.ts'
import { Tally, type Suite } from '../test/tally.ts'
import type { Bench } from './bench.ts'
import { CONTENDERS } from './contenders/list.ts'
import { browsers } from './measures/browsers.ts'
import { deno } from './measures/deno.ts'
import { growth } from './measures/growth.ts'
import { latency } from './measures/latency.ts'
import { longRun } from './measures/long-run.ts'
import { memory } from './measures/memory.ts'
import { startUp } from './measures/start-up.ts'
import { tabs } from './measures/tabs.ts'
import { throughput } from './measures/throughput.ts'
import { section } from './report/page.ts'
import { circumstances, keep, type Measured, type Results } from './report/results.ts'
import { writeReport } from './report/write.ts'
import { startServer } from './server/start.ts'
import { checkFixtures, checkReport } from './smoke.ts'

const MEASURES: { [Name in keyof Measured]: (bench: Bench) => Promise<Measured[Name]> } = {
  throughput,
  latency,
  memory,
  growth,
  'long-run': longRun,
  'start-up': startUp,
  deno,
  browsers,
  tabs,
}
const NAMES = Object.keys(MEASURES) as (keyof Measured)[]
const IN_BROWSERS: (keyof Measured)[] = ['browsers', 'tabs']

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    filter: { type: 'string', default: '' },
    contender: { type: 'string', multiple: true },
    smoke: { type: 'boolean', default: false },
  },
})
const { smoke, filter, contender: contenders = Object.keys(CONTENDERS) } = values
const isWhole = filter === '' && values.contender === undefined

// Halves the startup time, but cached code runs up to a third slower: for smoke runs only.
if (smoke) process.env.NODE_COMPILE_CACHE = path('.cache/compiled')

const tally = new Tally()
const server = await startServer()
const results: Results = {}

try {
  if (smoke) {
    // Browsers start slowly.
    const others = NAMES.filter((name) => !IN_BROWSERS.includes(name))
    await Promise.all([...IN_BROWSERS.map((name) => run([name])), run(others)])
    await checkAll()
  } else {
    await run(NAMES)
    if (isWhole) await writeReport()
  }
} finally {
  server.stop()
}
tally.end()

async function run(names: (keyof Measured)[]): Promise<void> {
  for (const name of names) if (values.only?.includes(name) ?? true) await measure(name)
}

async function measure(name: keyof Measured): Promise<void> {
  const suite = tally.suite(`bench: ${name}`)
  Object.assign(results, {
    [name]: { circumstances: circumstances(), measured: await MEASURES[name](benchWith(suite)) },
  })
  suite.end()
  if (smoke) return
  console.log(`\n${section(name, results)}\n`)
  if (isWhole) keep(name, results)
}

/** Checks that make the figures reliable. */
async function checkAll(): Promise<void> {
  const suite = tally.suite('bench: fixtures and report')
  await checkFixtures(suite, benchWith(suite))
  await checkReport(suite, benchWith(suite), results)
  suite.end()
}

function benchWith(suite: Suite): Bench {
  return {
    smoke,
    rounds: (usual) => Number(values.rounds ?? (smoke ? 1 : usual)),
    contenders,
    filter,
    origin: server.origins[0] ?? '',
    origins: server.origins,
    serverPid: server.pid,
    suite,
  }
}
