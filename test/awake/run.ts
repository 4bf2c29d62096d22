/**
 * Pages that are hidden, frozen, removed or cut off, in Chromium, Firefox and WebKit:
 * `npm run test:awake -- [--engine firefox] [--filter 'iframe']`.
 */

import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { Tally, type Suite } from '../tally.ts'
import { engines, type WindowedEngine } from './browsers.ts'
import { CACHED } from './cached.ts'
import { CUT_OFF, figuresOf } from './cuts.ts'
import { FRAMES } from './frames.ts'
import { FROZEN, RARE } from './frozen.ts'
import { HIDDEN } from './hidden.ts'
import { pages } from './page.ts'
import { openPlace, Scene, type Check } from './scene.ts'
import { TRACES } from './traces.ts'

/** How many windows of an engine run checks at the same time. */
const WINDOWS = 3

/** The slowest first. */
const CHECKS = [...CUT_OFF, ...FROZEN, ...HIDDEN, ...CACHED, ...FRAMES, ...TRACES]

const { values } = parseArgs({
  options: { engine: { type: 'string' }, filter: { type: 'string', multiple: true, default: [''] } },
})
const tally = new Tally()
const files = pages()
const wanted = engines.filter(({ name }) => (values.engine ?? name) === name)

// They mostly wait.
await atOnce(
  wanted.length,
  wanted.map((engine) => () => runIn(engine)),
)
tally.end()

async function runIn(engine: WindowedEngine): Promise<void> {
  const suite = tally.suite(`awake in ${engine.name}`)
  const absent = engine.missing()
  const checks = CHECKS.filter(isWanted)
    .filter(({ only }) => only?.includes(engine.name) ?? true)
    .flatMap((check) => Array.from({ length: check.times ?? 1 }, () => check))
  if (absent !== undefined) suite.missing(absent)
  else {
    await runAll(() => engine.launch(), engine.name, checks, suite)
    // Only Firefox has a preference for the timers of hidden pages.
    if (engine.name === 'firefox') await runAll(() => engine.launch('rare'), engine.name, RARE.filter(isWanted), suite)
  }
  for (const line of figuresOf(engine.name)) console.log(line)
  suite.end()
}

function isWanted({ name }: Check): boolean {
  return values.filter.some((part) => name.includes(part))
}

async function runAll(launch: WindowedEngine['launch'], engine: string, checks: Check[], suite: Suite): Promise<void> {
  if (checks.length === 0) return
  const windows = await launch()
  const queue = checks.values()
  const work = async (): Promise<void> => {
    const place = await openPlace(await windows.open(), files)
    // One after the other: a window shows one page at a time.
    for (const { name, run } of queue) await suite.run(name, () => run(new Scene(engine, place)))
    await place.close()
  }
  await Promise.all(Array.from({ length: Math.min(WINDOWS, checks.length) }, work))
  await windows.close()
}
