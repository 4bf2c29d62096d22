/** Pages that can really be hidden and shown. All three engines hide a page whose window is minimized, even without a screen. */

import { launch as launchPuppeteer } from 'puppeteer-core'
import { chromium } from '../browser/chromium.ts'
import type { Engine } from '../browser/engine.ts'
import { findFirefox, firefox } from '../browser/firefox.ts'
import { ended, openSession, startScreen, webkit } from '../browser/webkit.ts'
import { Window } from '../browser/window.ts'

export interface Page {
  /** Evaluates an expression and returns its value as JSON, awaiting a promise. */
  evaluate(expression: string): Promise<unknown>
  hide(): Promise<void>
  show(): Promise<void>
  /** Stops and resumes the page's scripts; only in Chromium. */
  freeze?(): Promise<void>
  thaw?(): Promise<void>
  close(): Promise<void>
}

/** A browser with a window for each page. */
interface Windows {
  open(): Promise<Page>
  close(): Promise<void>
}

export interface WindowedEngine extends Pick<Engine, 'name' | 'missing'> {
  /** @param timers how the timers of hidden pages run; only Firefox has a preference for it */
  launch(timers?: 'rare'): Promise<Windows>
}

/** Uses the DevTools protocol directly: Playwright keeps minimized pages visible. */
const windowsOfChromium: WindowedEngine = {
  ...chromium,
  async launch() {
    const window = await Window.open()
    return {
      async open() {
        const page = await window.page('about:blank', true)
        return { ...page, hide: () => page.minimize(), show: () => page.restore() }
      },
      close: () => window.close(),
    }
  },
}

/** Runs the timers of hidden pages once per minute, as Chromium does after five minutes. */
const RARE_TIMERS = { 'dom.min_background_timeout_value': 60_000 }

/** Uses Puppeteer with WebDriver BiDi. */
const windowsOfFirefox: WindowedEngine = {
  ...firefox,
  async launch(timers) {
    const executablePath = findFirefox() ?? ''
    const extraPrefsFirefox = timers === 'rare' ? RARE_TIMERS : {}
    const browser = await launchPuppeteer({ browser: 'firefox', executablePath, headless: true, extraPrefsFirefox })
    return {
      async open() {
        const page = await browser.newPage({ type: 'window' })
        const id = await page.windowId()
        return {
          evaluate: (expression) => page.evaluate(expression),
          hide: () => browser.setWindowBounds(id, { windowState: 'minimized' }),
          show: () => browser.setWindowBounds(id, { windowState: 'normal' }),
          close: () => page.close(),
        }
      },
      close: () => browser.close(),
    }
  },
}

type Evaluation = 'pending' | { value: unknown } | { error: string }

/** Evaluates an expression, and stores the state in the page if the value is a promise. */
const START_EVALUATION = (expression: string): string => `
  const value = (${expression})
  if (!(value instanceof Promise)) return { value }
  evaluation = 'pending'
  value.then((value) => (evaluation = { value }), (error) => (evaluation = { error: String(error) }))
  return evaluation`

const EVALUATION = 'return evaluation'

const SHOWN = { x: 0, y: 0, width: 800, height: 600 }

/** Uses WebDriver, with a session for each page: commands go to one window of a session at a time. */
const windowsOfWebKit: WindowedEngine = {
  ...webkit,
  async launch() {
    const screen = await startScreen()
    return {
      async open() {
        const { driver, close } = await openSession(screen.display)
        return {
          // An asynchronous script would never return if the page enters the back/forward cache meanwhile.
          evaluate: async (expression) => {
            let state = await driver.executeScript<Evaluation>(START_EVALUATION(expression))
            while (state === 'pending') state = await driver.executeScript<Evaluation>(EVALUATION)
            if ('error' in state) throw new Error(state.error)
            return state.value ?? null
          },
          hide: async () => {
            await driver.manage().window().minimize()
          },
          // A window manager is missing, so nothing can restore the window. Changing its size shows it.
          show: async () => {
            await driver.manage().window().setRect(SHOWN)
          },
          close,
        }
      },
      async close() {
        await ended(screen.child)
      },
    }
  },
}

export const engines: WindowedEngine[] = [windowsOfChromium, windowsOfFirefox, windowsOfWebKit]
