/**
 * Runs the suite in Chromium, in each place, on ours and on the native EventSource:
 * `node test/browser/run.ts [--place page] [--native | --ours] [--filter 'fact 20'] [--seed 1]`
 */

import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import type { Result } from '../conformance/suite.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { findChromium, launchChromium } from './chromium.ts'
import { comesBackOnline } from './online.ts'
import { holdsTheServerBack } from './slow-loop.ts'
import { pageOf, PLACES, suiteFiles, type Place } from './places.ts'

const { values } = parseArgs({
  options: {
    place: { type: 'string' },
    native: { type: 'boolean' },
    ours: { type: 'boolean' },
    filter: { type: 'string', multiple: true },
    seed: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const tally = new Tally()
const server = await startTestServer(await suiteFiles())
const browser = findChromium() === undefined ? undefined : await launchChromium()

const places = PLACES.filter((place) => values.place === undefined || place === values.place)
const implementations = [true, false].filter((ours) => (ours ? values.native : values.ours) !== true)

// Places at once: each has connections of its own, and what they mostly do is wait.
for (const ours of implementations) {
  await Promise.all(
    places.map(async (place) => {
      const suite = tally.suite(`conformance in chromium, ${place}${ours ? '' : ', native EventSource'}`)
      if (browser) await runIn(browser, place, ours, suite.report)
      else suite.missing('there is no Chromium')
      suite.end()
    }),
  )
}
if (values.place === undefined && values.filter === undefined && values.native !== true) {
  await runOnline()
  await runSlowLoop()
}
await browser?.close()
await server.close()
tally.end()

async function runIn(browser: Browser, place: Place, ours: boolean, report: (result: Result) => void): Promise<void> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const settings = {
    runtime: `chromium ${place}`,
    ours,
    origins: server.origins,
    seed,
    concurrency: 5,
    filter: values.filter,
  }
  await page.exposeFunction('report', report)
  await page.exposeFunction('settings', () => settings)
  await page.goto(`${server.origins[0] ?? ''}${pageOf(place)}`)
  try {
    await page.evaluate('start()')
  } catch (error) {
    report({ name: 'the suite runs to its end', outcome: 'failed', reason: String(error) })
  }
  await context.close()
}

/** A real loss of the network, as far as Chromium can act it. */
async function runOnline(): Promise<void> {
  const suite = tally.suite('chromium, offline and online again')
  if (browser) await suite.run('the wait ends when the network is back', () => comesBackOnline(browser, server))
  else suite.missing('there is no Chromium')
  suite.end()
}

/** The same as fact 53, which cannot be seen under a debugger's eyes. */
async function runSlowLoop(): Promise<void> {
  const suite = tally.suite('chromium, a slow loop')
  if (browser) await suite.run('a slow loop holds the server back', () => holdsTheServerBack(server))
  else suite.missing('there is no Chromium')
  suite.end()
}
