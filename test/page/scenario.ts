/** Helpers for the scenarios. */

import type { DemoServer } from '../../demo/server.ts'
import { choose, until, untilText, type Page } from './driver.ts'
import type { Upstream } from './upstream.ts'

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
  open: (look: { scheme?: 'light' | 'dark'; width?: number; height?: number }) => Promise<Page>
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
export async function follow({ page, demo }: Stage, stream: string): Promise<void> {
  await visit(page, demo.url)
  await choose(page, '#stream', stream)
  await page.click('#connect')
}

/** Types a URL instead of selecting a stream. */
export async function typeURL(page: Page, url: string): Promise<void> {
  await choose(page, '#stream', '')
  await page.type('#url', url)
}

export function untilState(page: Page, state: 'CONNECTING' | 'OPEN' | 'CLOSED'): Promise<void> {
  return until(
    page,
    `document.querySelector('#state').textContent === '${state}' && document.querySelector('#lamp').dataset.state === '${state}'`,
  )
}

/** The texts of all matching elements. */
export async function texts(page: Page, selector: string): Promise<string[]> {
  return (await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => element.textContent)`,
  )) as string[]
}

/** The message count that the page shows. */
export async function counted(page: Page): Promise<number> {
  return (await page.evaluate(COUNT)) as number
}

export const COUNT = `Number(document.querySelector('#count').textContent.replaceAll(',', ''))`

export function untilStep(page: Page, part: string): Promise<void> {
  return untilText(page, '#steps', part)
}
