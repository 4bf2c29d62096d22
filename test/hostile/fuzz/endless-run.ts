/** Fuzzes until Ctrl+C, or for a number of streams: `npm run fuzz -- [--streams 1000000] [--seed 1]`. */

import { parseArgs } from 'node:util'
import { chromium } from '../../browser/chromium.ts'
import { Tally } from '../../tally.ts'
import { wholeNumber } from '../whole-number.ts'
import { compare } from './fuzz.ts'

/** The terminal and npm both send a signal on Ctrl+C: signals within this time count as one, in ms. */
const SAME_SIGNAL = 1_000

const { streams, seed } = orders()
// Printed first, so that even an interrupted run can be repeated.
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
// An interrupted run may leave handles open.
process.exit()

/** Parses the command line. */
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

/** Aborts on the first Ctrl+C, so that the report follows; a second one exits at once. */
function signalOfTheUser(): AbortSignal {
  const stop = new AbortController()
  let first: number | undefined
  const onSignal = (): void => {
    first ??= performance.now()
    if (performance.now() - first > SAME_SIGNAL) process.exit(130)
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return stop.signal
}
