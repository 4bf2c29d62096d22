/**
 * Runs the suite on our class in each place of Chromium, Firefox and WebKit, and on the native EventSource in a Chromium page:
 * `node test/browser/run.ts [--engine firefox] [--place page] [--native | --ours] [--filter 'fact 20'] [--seed 1]`. All facts
 * run in each place. A page of each engine runs the byte streams in all four cuts, the other places in one random cut.
 */

import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { atOnce } from '../at-once.ts'
import { keepRun } from '../conformance/table.ts'
import { MAX_PIECES } from '../conformance/cases.ts'
import type { Cut } from '../server/program.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { chromium, launchChromium } from './chromium.ts'
import type { Browser, Engine } from './engine.ts'
import { firefox } from './firefox.ts'
import { BFCACHE_PAGES, receivesReports, survivesNavigation, survivesReload } from './bfcache.ts'
import { reconnectsOnline } from './online.ts'
import { pageOf, PLACES, serving, suiteFiles, type Place } from './places.ts'
import { Runs } from './runs.ts'
import { appliesBackpressure } from './slow-loop.ts'
import { webkit } from './webkit.ts'

/** How many engines run at once. */
const ENGINES_AT_ONCE = 2

/** The time limit of a run, in ms. */
const LIMIT = 600_000

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    place: { type: 'string' },
    native: { type: 'boolean' },
    ours: { type: 'boolean' },
    filter: { type: 'string', multiple: true },
    seed: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const tally = new Tally()
console.log(`seed ${seed}`)
const runs = new Runs()
const files = serving({ ...(await suiteFiles()), ...BFCACHE_PAGES })
const server = await startTestServer(
  (...request) => runs.serve(...request) || receivesReports(...request) || files(...request),
)
const places = PLACES.filter((place) => values.place === undefined || place === values.place)

/** Whether the run also includes the tests beyond the suite. */
const isWhole = values.place === undefined && values.filter === undefined && values.native !== true

await atOnce(
  ENGINES_AT_ONCE,
  [chromium, firefox, webkit].map((engine) => () => runEngine(engine)),
)
await server.close()
tally.end()

async function runEngine(engine: Engine): Promise<void> {
  if (values.engine !== undefined && values.engine !== engine.name) return
  const absent = engine.missing()
  const browser = absent === undefined ? await engine.launch() : undefined
  // All places run at once: each has its own connections, and they mostly wait.
  const runs = suitesOf(engine).map(([place, ours]) => async () => {
    const suite = tally.suite(`conformance in ${engine.name}, ${place}${ours ? '' : ', native EventSource'}`)
    if (browser) await runIn(engine, browser, place, ours, suite.report)
    else suite.missing(absent ?? '')
    suite.end()
    if (browser && ours && values.filter === undefined) {
      keepRun(`${engine.name} ${place}`, `${browser.title}, ${place}`, suite.results)
    }
  })
  await atOnce(runs.length, runs)
  if (isWhole) await runBfcache(engine, browser)
  await browser?.close()
  if (isWhole && engine === chromium) {
    await runOnline()
    await runSlowLoop()
  }
}

/** The places in which an engine runs the suite, and whether on our class. */
function suitesOf(engine: Engine): [Place, boolean][] {
  const suites: [Place, boolean][] = values.native === true ? [] : places.map((place) => [place, true])
  // One native run, in one place of one engine, is enough to show that the suite matches browsers.
  if (engine === chromium && values.ours !== true)
    suites.push(...places.slice(0, 1).map((place): [Place, boolean] => [place, false]))
  return suites
}

async function runIn(
  { name }: Engine,
  browser: Browser,
  place: Place,
  ours: boolean,
  report: Parameters<Runs['start']>[1],
): Promise<void> {
  const { origins } = server
  const runtime = `${name} ${place}`
  const cuts: Cut[] | undefined = ours && place === 'page' ? undefined : ['random']
  const { filter } = values
  const settings = { runtime, ours, origins, seed, cuts, concurrency: 5, maxPieces: MAX_PIECES, filter }
  const { id, ended } = runs.start(settings, report)
  const close = await browser.open(`${origins[0] ?? ''}${pageOf(place)}#${id}`)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, LIMIT, `it did not finish within ${LIMIT / 1_000} s`)
  })
  const failure = await Promise.race([ended, late])
  clearTimeout(timer)
  if (failure !== '') report({ name: 'the suite finishes', outcome: 'failed', reason: failure })
  await close()
}

/** Navigates away from a page with a source, and reloads it. */
async function runBfcache(engine: Engine, browser: Browser | undefined): Promise<void> {
  const suite = tally.suite(`${engine.name}, leaving the page`)
  const [origin = ''] = server.origins
  if (browser) {
    await suite.run('leaving the page closes the connection, and returning reopens it', async () => {
      const isCached = await survivesNavigation(browser, origin)
      // Firefox does not cache a page that is still loading.
      assert.equal(isCached, engine !== firefox, 'whether the page was cached')
    })
    await suite.run('reloading closes the connection', () => survivesReload(browser, origin))
  } else suite.missing(engine.missing() ?? '')
  suite.end()
}

/** Goes offline and online with Chromium's network emulation. */
async function runOnline(): Promise<void> {
  const suite = tally.suite('chromium, offline and online again')
  const absent = chromium.missing()
  if (absent === undefined) {
    const browser = await launchChromium()
    await suite.run('the wait ends when the network returns', () => reconnectsOnline(browser, server))
    await browser.close()
  } else suite.missing(absent)
  suite.end()
}

/** Fact 53 in a page. It needs a browser without a debugger. */
async function runSlowLoop(): Promise<void> {
  const suite = tally.suite('chromium, a slow loop')
  const absent = chromium.missing()
  if (absent === undefined) await suite.run('a slow loop applies backpressure', () => appliesBackpressure(server))
  else suite.missing(absent)
  suite.end()
}
