/** Finds and starts the installed Firefox, without a debugger. */

import { existsSync } from 'node:fs'
import { Browser, createProfile } from '@puppeteer/browsers'
import type { Engine } from './engine.ts'
import { openStandalone, versionOf } from './standalone.ts'

const KNOWN_PATHS = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
]

/** Disables the timer throttling of background pages. A page without a window counts as one. */
export const NO_THROTTLING = {
  'dom.min_background_timeout_value': 4,
  'dom.min_background_timeout_value_without_budget_throttling': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  // Pacing would limit the page to 80 requests per second.
  'network.http.pacing.requests.enabled': false,
}

export const firefox: Engine = {
  name: 'firefox',
  missing: () => (findFirefox() === undefined ? 'Firefox is not installed' : undefined),
  async launch() {
    const binary = findFirefox() ?? ''
    return {
      title: `Firefox ${await versionOf(binary)}`,
      open: (...urls) => openFirefox(urls, NO_THROTTLING),
      close: () => Promise.resolve(),
    }
  },
}

/** Opens pages in a Firefox with a new profile. Returns a function that closes it. */
export function openFirefox(urls: string[], preferences: Record<string, unknown>): Promise<() => Promise<void>> {
  return openStandalone(findFirefox() ?? '', async (profile) => {
    // Includes preferences that prevent connections to servers other than the tests'.
    await createProfile(Browser.FIREFOX, { path: profile, preferences })
    return ['--headless', '--no-remote', '--profile', profile, ...urls]
  })
}

/** The path in FIREFOX_PATH, or else the first known path that exists. */
export function findFirefox(): string | undefined {
  const configured = process.env.FIREFOX_PATH
  if (configured !== undefined && configured !== '') return configured
  return KNOWN_PATHS.find((path) => existsSync(path))
}
