/**
 * Tests the client under hostile conditions. Run `npm run build` first, then
 * - `npm run test:hostile -- [--only chaos] [--seed 1]`: a quick run, as part of `npm run test:all`
 * - `npm run hostile`: a long run, which also writes docs/background/reliability.md and reliability-data.md
 *
 * `--minutes` limits the time of each part: 30 by default, 120 in the long run.
 */

import { parseArgs } from 'node:util'
import { Tally } from '../tally.ts'
import { chaos } from './chaos/chaos.ts'
import { servers } from './servers/servers.ts'
import { fleet } from './fleet/fleet.ts'
import { fuzz } from './fuzz/fuzz.ts'
import { leaks } from './leaks/leaks.ts'
import { lifecycle } from './lifecycle/lifecycle.ts'
import type { Part } from './part.ts'
import { keep, writeReport } from './report.ts'
import { wholeNumber } from './whole-number.ts'

const PARTS = [fuzz, chaos, lifecycle, leaks, servers, fleet]
/** Parts that mostly wait, and so run in parallel with the others. */
const WAITING = [fuzz, fleet]

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    seed: { type: 'string' },
    long: { type: 'boolean', default: false },
    minutes: { type: 'string' },
  },
})
const { only, long } = values
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : wholeNumber('--seed', values.seed)
const minutes = wholeNumber('--minutes', values.minutes ?? (long ? '120' : '30'), 1)
const tally = new Tally()

const chosen = PARTS.filter(({ name }) => only?.includes(name) ?? true)
// The other parts run one after the other, so that they don't affect each other's measurements.
const isParallel = (part: Part): boolean => !long && WAITING.includes(part)
await Promise.all([inSequence(chosen.filter((part) => !isParallel(part))), inSequence(chosen.filter(isParallel))])
if (long) await writeReport()
tally.end()
// Failed checks may leave handles open.
process.exit()

async function inSequence(parts: Part[]): Promise<void> {
  for (const part of parts) await runPart(part)
}

async function runPart({ name, run }: Part): Promise<void> {
  const suite = tally.suite(`hostile: ${name} (seed ${seed})`)
  try {
    const figures = await inTime(run(suite, { long, seed }))
    // A part that can't run here has no figures: keep those of its last run.
    if (long && Object.keys(figures).length > 0) keep(name, seed, figures)
  } catch (error) {
    suite.report({ name: 'runs to completion', outcome: 'failed', reason: String(error) })
  }
  suite.end()
}

/** A part that hangs fails after its time limit, so that the other parts still run. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let limit: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => {
      reject(new Error(`did not finish within ${minutes} min`))
    }, minutes * 60_000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(limit)
  }
}
