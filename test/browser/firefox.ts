/** Firefox, driven over WebDriver BiDi. */

import { existsSync } from 'node:fs'
import puppeteer from 'puppeteer-core'
import type { Engine } from './engine.ts'

const USUAL_PLACES = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
]

export const firefox: Engine = {
  name: 'firefox',
  missing: () => (find() === undefined ? 'there is no Firefox' : undefined),
  async launch() {
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath: find() ?? '', headless: true })
    return {
      title: (await browser.version()).replace('/', ' '),
      async open(url) {
        const context = await browser.createBrowserContext()
        // Timers in tabs behind others are slow.
        const page = await context.newPage({ type: 'window' })
        await page.goto(url)
        return () => context.close()
      },
      close: () => browser.close(),
    }
  },
}

/** What FIREFOX_PATH says, or else the first of the usual places. */
function find(): string | undefined {
  const told = process.env.FIREFOX_PATH
  if (told !== undefined && told !== '') return told
  return USUAL_PLACES.find((path) => existsSync(path))
}
