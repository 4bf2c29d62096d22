/**
 * Runs the facts in the content script and the background of a real extension, in Firefox and Chromium:
 * `npm run test:extensions -- [--engine firefox] [--place 'content script'] [--filter 'fact 20']`.
 */

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import puppeteer from 'puppeteer-core'
import { atOnce } from '../at-once.ts'
import { path } from '../conformance/bundle.ts'
import { startTestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'
import { chromium, FLAGS, findChromium } from './chromium.ts'
import type { Engine } from './engine.ts'
import type { Settings } from './entry.ts'
import { findFirefox, firefox, NO_THROTTLING } from './firefox.ts'
import { serving, suiteFiles } from './places.ts'
import { Runs } from './runs.ts'
import { openStandalone } from './standalone.ts'

const PLACES = ['content script', 'background'] as const

type Place = (typeof PLACES)[number]

/** How many browsers run at once. */
const BROWSERS_AT_ONCE = 2

/** The time limit of a run, in ms. */
const LIMIT = 300_000

const PAGE = '<!doctype html><meta charset="utf-8"><title>A page with a content script</title>'

/** Opens a URL in a browser with an extension. Returns a function that closes the browser. */
type OpenWithExtension = (url: string, extension: string) => Promise<() => Promise<void>>

const ENGINES: [Engine, OpenWithExtension][] = [
  [chromium, openInChromium],
  [firefox, openInFirefox],
]

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    place: { type: 'string' },
    filter: { type: 'string', multiple: true, default: ['fact '] },
    seed: { type: 'string', default: '1' },
  },
})
const tally = new Tally()
const runs = new Runs()
const server = await startTestServer((...request) => runs.serve(...request) || pages(...request))
const pages = serving({ '/page.html': PAGE })
const [origin = ''] = server.origins
const scripts = await suiteFiles()

await atOnce(
  BROWSERS_AT_ONCE,
  ENGINES.flatMap(([engine, open]) =>
    PLACES.filter((place) => isWanted(engine, place)).map((place) => () => runIn(engine, open, place)),
  ),
)
await server.close()
tally.end()

function isWanted({ name }: Engine, place: Place): boolean {
  return (values.engine ?? name) === name && (values.place ?? place) === place
}

/** Uses one browser per place, because two places in one browser would share its connections. */
async function runIn(engine: Engine, open: OpenWithExtension, place: Place): Promise<void> {
  const suite = tally.suite(`extension in ${engine.name}, ${place}`)
  const absent = engine.missing()
  if (absent === undefined) {
    const extension = await mkdtemp(join(tmpdir(), 'everysource-extension-'))
    const { id, ended } = runs.start(settingsFor(`${engine.name} ${place}`), suite.report)
    await writeExtension(extension, { origin, place, id })
    const close = await open(`${origin}/page.html`, extension)
    const failure = await inTime(ended)
    if (failure !== '') suite.report({ name: 'the suite finishes', outcome: 'failed', reason: failure })
    await close()
    await rm(extension, { recursive: true, force: true })
  } else suite.missing(absent)
  suite.end()
}

function settingsFor(runtime: string): Settings {
  const { origins } = server
  const { seed, filter } = values
  return { runtime, ours: true, origins, seed: Number(seed), cuts: ['random'], concurrency: 5, filter }
}

/** Writes the extension into a folder: the files of `extension`, the package, the suite and the run's ID. */
async function writeExtension(folder: string, run: { origin: string; place: Place; id: string }): Promise<void> {
  await cp(path('test/browser/extension'), folder, { recursive: true })
  await writeFile(join(folder, 'run.js'), `const RUN = ${JSON.stringify(run)}`)
  for (const name of ['everysource.min.js', 'suite.js']) await writeFile(join(folder, name), scripts[`/${name}`] ?? '')
}

function openInChromium(url: string, extension: string): Promise<() => Promise<void>> {
  return openStandalone(findChromium() ?? '', (profile) => [
    ...FLAGS,
    '--headless=new',
    `--user-data-dir=${profile}`,
    `--load-extension=${extension}`,
    // Chrome 137 and later ignore --load-extension otherwise.
    '--disable-features=DisableLoadExtensionCommandLineSwitch',
    url,
  ])
}

/** Uses a driver, because Firefox installs unsigned extensions only through one. */
async function openInFirefox(url: string, extension: string): Promise<() => Promise<void>> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox() ?? '',
    headless: true,
    // By default, Firefox stops the background after 30 s.
    extraPrefsFirefox: { ...NO_THROTTLING, 'extensions.background.idle.timeout': LIMIT },
  })
  await browser.installExtension(extension)
  const page = await browser.newPage()
  await page.goto(url)
  return () => browser.close()
}

async function inTime(ended: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, LIMIT, `it did not finish within ${LIMIT / 1_000} s`)
  })
  const failure = await Promise.race([ended, late])
  clearTimeout(timer)
  return failure
}
