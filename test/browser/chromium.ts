/** Finds and starts the Chromium that the machine has. */

import { existsSync } from 'node:fs'
import { chromium as playwright, type Browser } from 'playwright-core'
import type { Engine } from './engine.ts'
import { openAlone, versionOf } from './standalone.ts'

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Root has no sandbox; the rest keeps Chromium from talking to anybody but the page's servers. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const chromium: Engine = {
  name: 'chromium',
  missing: () => (findChromium() === undefined ? 'there is no Chromium' : undefined),
  async launch() {
    return {
      title: `Chromium ${await versionOf(chromiumHere())}`,
      open: openPage,
      close: () => Promise.resolve(),
    }
  },
}

/** What CHROMIUM_PATH says, or else the first of the usual places, `npx playwright install`'s among them. */
export function findChromium(): string | undefined {
  const told = process.env.CHROMIUM_PATH
  // Not checked: a wrong path must fail loudly, not be taken for a machine without Chromium.
  if (told !== undefined && told !== '') return told
  return [...USUAL_PLACES, playwright.executablePath()].find((path) => existsSync(path))
}

/** Throws when there is none. */
export async function launchChromium(): Promise<Browser> {
  return playwright.launch({ executablePath: chromiumHere(), args: FLAGS })
}

/** Opens a page in a Chromium that nobody controls, which has its usual caches; returns what ends it. */
export function openPage(url: string): Promise<() => Promise<void>> {
  return openAlone(chromiumHere(), (profile) => [...FLAGS, '--headless=new', `--user-data-dir=${profile}`, url])
}

function chromiumHere(): string {
  const path = findChromium()
  if (path === undefined) {
    throw new Error('There is no Chromium here: install it, or set CHROMIUM_PATH to its binary')
  }
  return path
}
