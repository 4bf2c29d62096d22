/** Finds and starts the Chromium that the machine has. */

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium as playwright, type Browser } from 'playwright-core'
import type { Engine } from './engine.ts'

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
    const browser = await launchChromium()
    return {
      title: `Chromium ${browser.version()}`,
      async open(url) {
        const context = await browser.newContext()
        const page = await context.newPage()
        await page.goto(url)
        return () => context.close()
      },
      close: () => browser.close(),
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
export function openPage(url: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'everysource-chromium-'))
  const own = ['--headless=new', `--user-data-dir=${profile}`]
  const child = spawn(chromiumHere(), [...FLAGS, ...own, url], { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  return async () => {
    child.kill('SIGKILL')
    await exited
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
  }
}

function chromiumHere(): string {
  const path = findChromium()
  if (path === undefined) {
    throw new Error('There is no Chromium here: install it, or set CHROMIUM_PATH to its binary')
  }
  return path
}
