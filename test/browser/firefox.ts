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

/** Several pages at once, of which one is in front: timers of the others would be slow. */
const LIKE_IN_FRONT = {
  'dom.min_background_timeout_value': 4,
  'dom.min_background_timeout_value_without_budget_throttling': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  // Eighty requests a second.
  'network.http.pacing.requests.enabled': false,
}

export const firefox: Engine = {
  name: 'firefox',
  missing: () => (find() === undefined ? 'there is no Firefox' : undefined),
  async launch() {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: find() ?? '',
      headless: true,
      extraPrefsFirefox: LIKE_IN_FRONT,
    })
    return {
      // Such as `firefox/153.7.0`.
      title: (await browser.version()).replace('firefox/', 'Firefox '),
      async open(url) {
        const context = await browser.createBrowserContext()
        const page = await context.newPage()
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
