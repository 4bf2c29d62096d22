/**
 * Faults, floods and enemies: `npm run test:hostile -- [--only chaos] [--seed 1]` for as long as `npm run test:all` has time for,
 * `npm run hostile` for as long as it takes, which also writes docs/background/reliability.md. `npm run build` comes before it.
 * A part may take half an hour, two hours where it is long, or what `--minutes` says.
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
/** Most of what they do is wait, for a browser and for a server to come back. */
const ASIDE = [fuzz, fleet]

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
// One after the other: what they measure is theirs.
const isAside = (part: Part): boolean => !long && ASIDE.includes(part)
await Promise.all([inTurn(chosen.filter((part) => !isAside(part))), inTurn(chosen.filter(isAside))])
if (long) await writeReport()
tally.end()
// Checks that have failed may have left things open.
process.exit()

async function inTurn(parts: Part[]): Promise<void> {
  for (const part of parts) await play(part)
}

async function play({ name, run }: Part): Promise<void> {
  const suite = tally.suite(`hostile: ${name} (seed ${seed})`)
  try {
    const figures = await inTime(run(suite, { long, seed }))
    // A part that cannot run here has none: those of its last run stay.
    if (long && Object.keys(figures).length > 0) keep(name, seed, figures)
  } catch (error) {
    suite.report({ name: 'it runs to its end', outcome: 'failed', reason: String(error) })
  }
  suite.end()
}

/** What ought to fail may hang instead: that is a failure too, and the other parts still have their turn. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let limit: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => {
      reject(new Error(`did not end within ${minutes} min`))
    }, minutes * 60_000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(limit)
  }
}
