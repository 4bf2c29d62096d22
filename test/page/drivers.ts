/** The drivers for Chromium, Firefox and WebKit. */

import { launch as launchPuppeteer, type KeyInput } from 'puppeteer-core'
import { By, Key as SeleniumKey, type WebDriver } from 'selenium-webdriver'
import { chromium as chromiumEngine, launchChromium } from '../browser/chromium.ts'
import { findFirefox, firefox as firefoxEngine } from '../browser/firefox.ts'
import { ended, openSession, startScreen, webkit as webkitEngine } from '../browser/webkit.ts'
import { NAMED_KEYS, type Driver, type Key, type Look, type Page } from './driver.ts'

const DEFAULT: Required<Look> = { scheme: 'light', width: 1_200, height: 900 }

/** Uses Playwright. */
const chromium: Driver = {
  ...chromiumEngine,
  async launch() {
    const browser = await launchChromium()
    return {
      async open(look) {
        const { scheme, width, height } = { ...DEFAULT, ...look }
        const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height } })
        const page = await context.newPage()
        return {
          goto: async (url) => {
            await page.goto(url)
          },
          evaluate: (expression) => page.evaluate(expression),
          click: (selector) => page.click(selector),
          async type(selector, text) {
            await page.fill(selector, '')
            await page.locator(selector).pressSequentially(text)
          },
          press: (key) => page.keyboard.press(key),
          picture: () => page.screenshot(),
          close: () => context.close(),
        }
      },
      close: () => browser.close(),
    }
  },
}

/** Uses Puppeteer with WebDriver BiDi. */
const firefox: Driver = {
  ...firefoxEngine,
  async launch() {
    const browser = await launchPuppeteer({ browser: 'firefox', executablePath: findFirefox() ?? '', headless: true })
    return {
      async open(look) {
        const { scheme, width, height } = { ...DEFAULT, ...look }
        const context = await browser.createBrowserContext()
        const page = await context.newPage()
        await page.setViewport({ width, height })
        return withScheme(scheme, {
          goto: async (url) => {
            await page.goto(url)
          },
          evaluate: (expression) => page.evaluate(expression),
          click: async (selector) => {
            await page.locator(selector).click()
          },
          async type(selector, text) {
            await page.evaluate(CLEAR_FIELD(selector))
            await page.type(selector, text)
          },
          press: (key) => page.keyboard.press((key === 'Space' ? ' ' : key) as KeyInput),
          picture: async () => Buffer.from(await page.screenshot()),
          close: () => context.close(),
        })
      },
      close: () => browser.close(),
    }
  },
}

const SELENIUM_KEYS: Record<Key, string> = {
  Tab: SeleniumKey.TAB,
  Enter: SeleniumKey.ENTER,
  Escape: SeleniumKey.ESCAPE,
  Space: SeleniumKey.SPACE,
  ArrowDown: SeleniumKey.ARROW_DOWN,
  ArrowUp: SeleniumKey.ARROW_UP,
  ArrowRight: SeleniumKey.ARROW_RIGHT,
  Home: SeleniumKey.HOME,
  End: SeleniumKey.END,
}

function isNamed(key: string): key is Key {
  return (NAMED_KEYS as readonly string[]).includes(key)
}

/** Uses Selenium with WebDriver. */
const webkit: Driver = {
  ...webkitEngine,
  async launch() {
    const screen = await startScreen()
    return {
      async open(look) {
        const { scheme, width, height } = { ...DEFAULT, ...look }
        const { driver, close } = await openSession(screen.display)
        await driver.manage().window().setRect({ x: 0, y: 0, width, height })
        return withScheme(scheme, { ...actionsOf(driver), close })
      },
      close: async () => {
        await ended(screen.child)
      },
    }
  },
}

function actionsOf(driver: WebDriver): Omit<Page, 'close'> {
  return {
    goto: (url) => driver.get(url),
    evaluate: async (expression) => {
      const [error, value] = await driver.executeAsyncScript<[string | null, unknown]>(`
        const done = arguments[arguments.length - 1]
        Promise.resolve().then(() => (${expression})).then(
          (value) => done([null, value ?? null]), (error) => done([String(error), null]))`)
      if (error !== null) throw new Error(error)
      return value
    },
    click: async (selector) => {
      await driver.findElement(By.css(selector)).click()
    },
    async type(selector, text) {
      await driver.executeScript(CLEAR_FIELD(selector))
      await driver.findElement(By.css(selector)).sendKeys(text.replaceAll('\n', SeleniumKey.ENTER))
    },
    press: async (key) => {
      await driver
        .actions()
        .sendKeys(isNamed(key) ? SELENIUM_KEYS[key] : key)
        .perform()
    },
    picture: async () => Buffer.from(await driver.takeScreenshot(), 'base64'),
  }
}

/** For drivers that can't emulate the color scheme. The style sheet depends only on `color-scheme`. */
function withScheme(scheme: string, page: Page): Page {
  const goto = async (url: string): Promise<void> => {
    await page.goto(url)
    await page.evaluate(`void (document.documentElement.style.colorScheme = ${JSON.stringify(scheme)})`)
  }
  return { ...page, goto }
}

const CLEAR_FIELD = (selector: string): string => `(() => {
  const field = document.querySelector(${JSON.stringify(selector)})
  field.value = ''
  field.dispatchEvent(new Event('input', { bubbles: true }))
})()`

export const drivers: Driver[] = [chromium, firefox, webkit]
