/**
 * Measures, and writes docs/benchmarks.md and its chart:
 * `npm run bench -- [--only throughput] [--rounds 3] [--smoke]`. What is measured of some contenders only is not kept:
 * `--only throughput --filter '176 bytes, 100' --contender floor --contender everysource`
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { path } from '../test/conformance/bundle.ts'
import { Tally } from '../test/tally.ts'
import type { Bench } from './bench.ts'
import { CONTENDERS } from './contenders/list.ts'
import { throughput } from './measures/throughput.ts'
import { startServer } from './server/start.ts'

const MEASURES: Record<string, (bench: Bench) => Promise<unknown>> = { throughput }

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
const isWhole = !smoke && filter === '' && values.contender === undefined
const rounds = (usual: number): number => Number(values.rounds ?? (smoke ? 1 : usual))

const tally = new Tally()
const server = await startServer()
for (const [name, measure] of Object.entries(MEASURES)) {
  if (values.only && !values.only.includes(name)) continue
  const suite = tally.suite(`bench: ${name}`)
  const result = await measure({ smoke, rounds, filter, contenders, origin: server.origin, suite })
  suite.end()
  if (isWhole) keep(name, result)
}
server.stop()
tally.end()

function keep(name: string, result: unknown): void {
  mkdirSync(path('.cache/bench'), { recursive: true })
  writeFileSync(path(`.cache/bench/${name}.json`), JSON.stringify(result, null, 1))
}
