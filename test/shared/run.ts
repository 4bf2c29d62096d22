/**
 * Twenty tabs that share a connection, in Chromium, Firefox and WebKit:
 * `npm run test:shared -- [--engine firefox] [--filter succession] [--seed 1]`.
 */

import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { randomNumbers } from '../hostile/chaos/random.ts'
import { Tally, type Suite } from '../tally.ts'
import { engines, type SharingEngine } from './browsers.ts'
import { pages } from './page.ts'
import { Successions } from './succession.ts'
import { Tabs } from './tabs.ts'

/** How many tabs share a connection. */
const TABS = 20

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    filter: { type: 'string', multiple: true, default: [''] },
    seed: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
console.log(`seed ${seed}`)
const tally = new Tally()
const files = await pages()
const wanted = engines.filter(({ name }) => (values.engine ?? name) === name)

// They mostly wait.
await atOnce(
  wanted.length,
  wanted.map((engine) => () => runIn(engine)),
)
tally.end()

async function runIn(engine: SharingEngine): Promise<void> {
  const suite = tally.suite(`shared in ${engine.name}`)
  const absent = engine.missing()
  if (absent !== undefined) suite.missing(absent)
  else await runAll(engine, suite)
  suite.end()
}

async function runAll(engine: SharingEngine, suite: Suite): Promise<void> {
  const tabs = await Tabs.launch(engine, files)
  const successions = new Successions(tabs, randomNumbers(seed))
  await suite.run(
    'each tab receives each message once, although the tab with the connection is lost again and again',
    () => successions.run(TABS),
  )
  for (const line of successions.figures()) console.log(line)
  await tabs.close()
}
