/**
 * Twenty tabs that share a connection, in Chromium, Firefox and WebKit:
 * `npm run test:shared -- [--engine firefox] [--filter times] [--seed 1]`.
 */

import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { Tally, type Suite } from '../tally.ts'
import { engines, type SharingEngine } from './browsers.ts'
import { IN_CONTEXTS } from './contexts.ts'
import { ERRORS } from './errors.ts'
import { MEASURED } from './measured.ts'
import { HOSTILE_NEIGHBOR } from './neighbor.ts'
import { pages } from './page.ts'
import { PLAIN } from './plain.ts'
import { Successions } from './succession.ts'
import { Tabs } from './tabs.ts'

/** How many tabs share a connection. */
const TABS = 20

const SUCCESSION = {
  name: 'each of twenty tabs receives each message once, although the one with the connection is lost a hundred times',
}

/** With the twenty tabs. */
const TWENTY = [...MEASURED, SUCCESSION]

/** With a few more tabs, meanwhile. */
const CHECKS = [...HOSTILE_NEIGHBOR, ...ERRORS, ...IN_CONTEXTS, ...PLAIN]

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
  const successions = new Successions(tabs, seed)
  const figures: string[] = []
  const all = TWENTY.some(isWanted) ? await tabs.openAll(TABS, successions.code) : []
  for (const { name, run } of MEASURED.filter(isWanted)) {
    await suite.run(name, async () => void figures.push(...(await run(tabs, all))))
  }
  const succeed = async (): Promise<void> => {
    if (!isWanted(SUCCESSION)) return
    await suite.run(SUCCESSION.name, () => successions.run(all))
    figures.push(...successions.figures())
  }
  const checkFew = async (): Promise<void> => {
    const checks = CHECKS.filter(isWanted)
    for (const { name, run } of checks) await suite.run(name, () => tabs.during(run))
  }
  await Promise.all([succeed(), checkFew()])
  for (const line of figures) console.log(`${engine.name}${line}`)
  await tabs.close()
}

function isWanted({ name }: { name: string }): boolean {
  return values.filter.some((part) => name.includes(part))
}
