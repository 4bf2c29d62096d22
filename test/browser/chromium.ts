/** Finds and starts the installed Chromium. */

import { existsSync } from 'node:fs'
import { chromium as playwright, type Browser } from 'playwright-core'
import type { Engine } from './engine.ts'
import { openStandalone, versionOf } from './standalone.ts'

const KNOWN_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Root cannot use the sandbox. A page may open tabs without a click. The other flags prevent connections to servers other than the tests'. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-popup-blocking',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const chromium: Engine = {
  name: 'chromium',
  missing: () => (findChromium() === undefined ? 'Chromium is not installed' : undefined),
  async launch() {
    return {
      title: `Chromium ${await versionOf(chromiumPath())}`,
      open: openPage,
      close: () => Promise.resolve(),
    }
  },
}

/** The path in CHROMIUM_PATH, or else the first known path that exists, including the one of `npx playwright install`. */
export function findChromium(): string | undefined {
  const configured = process.env.CHROMIUM_PATH
  // Not checked for existence: a wrong path must fail instead of skipping the tests.
  if (configured !== undefined && configured !== '') return configured
  return [...KNOWN_PATHS, playwright.executablePath()].find((path) => existsSync(path))
}

/** Starts Chromium under Playwright. Throws if Chromium is not installed. */
export async function launchChromium(): Promise<Browser> {
  return playwright.launch({ executablePath: chromiumPath(), args: FLAGS })
}

/** Opens a page, or several tabs, in a Chromium without a debugger, with its usual caches. Returns a function that closes them. */
export function openPage(url: string, ...tabs: string[]): Promise<() => Promise<void>> {
  return openChromium(firstPage(url, tabs), [])
}

/** Opens a page in a Chromium with a new profile and more flags. Returns a function that closes it. */
export function openChromium(url: string, flags: string[]): Promise<() => Promise<void>> {
  return openStandalone(chromiumPath(), (profile) => [
    ...FLAGS,
    ...flags,
    '--headless=new',
    `--user-data-dir=${profile}`,
    url,
  ])
}

/** The page to start with. Without a screen Chromium accepts only one, so it opens the others. */
function firstPage(url: string, tabs: string[]): string {
  if (tabs.length === 0) return url
  const script = `for (const url of ${JSON.stringify([url, ...tabs])}) open(url, '_blank', 'noopener')`
  return `data:text/html,${encodeURIComponent(`<script>${script}</script>`)}`
}

function chromiumPath(): string {
  const path = findChromium()
  if (path === undefined) {
    throw new Error('Chromium is not installed. Install it or set CHROMIUM_PATH to its binary')
  }
  return path
}
