/** Firefox, which nobody controls. */

import { existsSync } from 'node:fs'
import { Browser, createProfile } from '@puppeteer/browsers'
import type { Engine } from './engine.ts'
import { openAlone, versionOf } from './standalone.ts'

const USUAL_PLACES = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
]

/** Without a window a page is not in front, and timers of such pages are slow. */
export const LIKE_IN_FRONT = {
  'dom.min_background_timeout_value': 4,
  'dom.min_background_timeout_value_without_budget_throttling': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  // Eighty requests a second.
  'network.http.pacing.requests.enabled': false,
}

export const firefox: Engine = {
  name: 'firefox',
  missing: () => (findFirefox() === undefined ? 'there is no Firefox' : undefined),
  async launch() {
    const binary = findFirefox() ?? ''
    return {
      title: `Firefox ${await versionOf(binary)}`,
      open: (url) =>
        openAlone(binary, async (profile) => {
          // With the preferences that keep it from talking to anybody but the page's servers.
          await createProfile(Browser.FIREFOX, { path: profile, preferences: LIKE_IN_FRONT })
          return ['--headless', '--no-remote', '--profile', profile, url]
        }),
      close: () => Promise.resolve(),
    }
  },
}

/** What FIREFOX_PATH says, or else the first of the usual places. */
export function findFirefox(): string | undefined {
  const told = process.env.FIREFOX_PATH
  if (told !== undefined && told !== '') return told
  return USUAL_PLACES.find((path) => existsSync(path))
}
