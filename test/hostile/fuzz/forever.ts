/** Fuzzing for as long as one likes: `npm run fuzz -- [--streams 1000000] [--seed 1]`, until Ctrl+C where no number is given. */

import { parseArgs } from 'node:util'
import { chromium } from '../../browser/chromium.ts'
import { Tally } from '../../tally.ts'
import { wholeNumber } from '../whole-number.ts'
import { compare } from './fuzz.ts'

/** A terminal and npm both say that it is to stop: what comes within so many ms is the same wish. */
const ONE_WISH = 1_000

const { streams, seed } = orders()
// Whatever becomes of this run, that repeats it.
console.log(`seed ${seed}`)
const started = performance.now()
const tally = new Tally()
const suite = tally.suite(`fuzz (seed ${seed})`)
const missing = chromium.missing()
if (missing === undefined) {
  const progress = (done: number): void => {
    console.log(`${done} streams, ${Math.round(done / ((performance.now() - started) / 1_000))} a second`)
  }
  console.log(await compare(suite, { streams, seed, progress, signal: signalOfTheUser() }))
} else {
  suite.missing(missing)
}
suite.end()
tally.end()
// What was stopped may have left things open.
process.exit()

/** What the command line says. */
function orders(): { streams: number; seed: number } {
  try {
    const { values } = parseArgs({ options: { streams: { type: 'string' }, seed: { type: 'string' } } })
    return {
      streams: values.streams === undefined ? Infinity : wholeNumber('--streams', values.streams, 1),
      seed: values.seed === undefined ? Math.floor(Math.random() * 1e9) : wholeNumber('--seed', values.seed),
    }
  } catch (error) {
    console.error(`${(error as Error).message}\nUsage: npm run fuzz -- [--streams 1000000] [--seed 1]`)
    process.exit(2)
  }
}

/** Aborts when it is stopped: the report follows. Who says so once more does not want to wait for it. */
function signalOfTheUser(): AbortSignal {
  const stop = new AbortController()
  let first: number | undefined
  const hear = (): void => {
    first ??= performance.now()
    if (performance.now() - first > ONE_WISH) process.exit(130)
    stop.abort()
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return stop.signal
}
