/** Fuzzing for as long as one likes: `npm run fuzz -- [--streams 1000000] [--seed 1]`, until it is stopped where no number is given. */

import { parseArgs } from 'node:util'
import { chromium } from '../../browser/chromium.ts'
import { Tally } from '../../tally.ts'
import { compare } from './fuzz.ts'

const { values } = parseArgs({ options: { streams: { type: 'string' }, seed: { type: 'string' } } })
const streams = Number(values.streams ?? Infinity)
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const started = performance.now()

const tally = new Tally()
const suite = tally.suite(`fuzz (seed ${seed})`)
const missing = chromium.missing()
if (missing === undefined) {
  const progress = (done: number): void => {
    console.log(`${done} streams, ${Math.round(done / ((performance.now() - started) / 1_000))} a second`)
  }
  console.log(await compare(suite, { streams, seed, progress }))
} else {
  suite.missing(missing)
}
suite.end()
tally.end()
