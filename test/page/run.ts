/**
 * Tests the inspector page in Chromium, Firefox and WebKit:
 * `node test/page/run.ts [--engine firefox] [--filter 'a burst']`
 */

import { parseArgs } from 'node:util'
import { startServer } from '../../demo/server.ts'
import { atOnce } from '../at-once.ts'
import { Tally } from '../tally.ts'
import { accessible } from './accessible.ts'
import type { Driver, Page } from './driver.ts'
import { drivers } from './drivers.ts'
import { faults } from './faults.ts'
import { following } from './following.ts'
import { listing } from './listing.ts'
import { requesting } from './requesting.ts'
import { SECOND } from './scenario.ts'
import { startUpstream } from './upstream.ts'

const { values } = parseArgs({ options: { engine: { type: 'string' }, filter: { type: 'string' } } })
const scenarios = [...following, ...listing, ...requesting, ...accessible, ...faults].filter(({ name }) =>
  name.includes(values.filter ?? ''),
)
const tally = new Tally()

// In parallel, because the scenarios mostly wait.
await atOnce(
  drivers.length,
  drivers.filter(({ name }) => name === (values.engine ?? name)).map((driver) => () => runIn(driver)),
)
tally.end()

async function runIn(driver: Driver): Promise<void> {
  const suite = tally.suite(`the page in ${driver.name}`)
  const absent = driver.missing()
  if (absent !== undefined) {
    suite.missing(absent)
    suite.end()
    return
  }
  const [upstream, browser] = await Promise.all([startUpstream(), driver.launch()])
  const page = await browser.open()
  for (const { name, play, second = SECOND } of scenarios.filter(({ only = driver.name }) => only === driver.name)) {
    await suite.run(name, async () => {
      // A new server for each scenario, without the actions of the previous one.
      const demo = await startServer({ second })
      const others: Page[] = []
      const open: typeof browser.open = async (look) => {
        const other = await browser.open(look)
        others.push(other)
        return other
      }
      try {
        await play({ engine: driver.name, page, demo, upstream, open })
      } finally {
        for (const other of others) await other.close()
        await demo.close()
      }
    })
  }
  await page.close()
  await Promise.all([browser.close(), upstream.close()])
  suite.end()
}
