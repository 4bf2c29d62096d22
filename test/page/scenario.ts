/** Helpers for the scenarios. */

import type { DemoServer } from '../../demo/server.ts'
import { until, type Look, type Page } from './driver.ts'
import type { Upstream } from './upstream.ts'
import { fill, press, select } from './user.ts'

/** Default length of a second in the demo's streams, in ms. */
export const SECOND = 200

/** The environment of a scenario. */
export interface Stage {
  /** The name of the browser. */
  engine: string
  page: Page
  demo: DemoServer
  upstream: Upstream
  /** Opens another page. */
  open: (look: Look) => Promise<Page>
}

export interface Scenario {
  name: string
  /** Runs only in this browser, because the result is the same in all. */
  only?: string
  /** Length of a second in the demo's streams, in ms. Longer where a slow browser could miss what the server does. */
  second?: number
  play: (stage: Stage) => Promise<void>
}

/** Opens a URL and waits until the page is ready. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await until(page, `document.documentElement.dataset.ready === 'true'`)
}

/** Selects a stream of the demo and connects. */
export async function follow({ page, demo }: Pick<Stage, 'page' | 'demo'>, stream: string): Promise<void> {
  await visit(page, demo.url)
  await select(page, 'Stream', stream)
  await press(page, 'Connect')
}

/** Connects to a URL instead of a stream of the demo. */
export async function followURL(page: Page, url: string): Promise<void> {
  await select(page, 'Stream', 'Another URL')
  await fill(page, 'URL', url)
  await page.press('Enter')
}

/** The texts of all matching elements. */
export async function texts(page: Page, selector: string): Promise<string[]> {
  return (await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => element.textContent)`,
  )) as string[]
}
