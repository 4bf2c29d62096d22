/** What the scenarios have in common. */

import type { DemoServer } from '../../demo/server.ts'
import { choose, until, untilText, type Page } from './driver.ts'
import type { Upstream } from './upstream.ts'

/** How many ms the demo's streams take for a second, unless a scenario says otherwise. */
export const SECOND = 200

/** What a scenario has to work with. */
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
  /** The browser in which alone it is played: what it finds is the same in all. */
  only?: string
  /** How many ms its streams take for a second, where what the server does must last for longer than a busy browser is late. */
  second?: number
  play: (stage: Stage) => Promise<void>
}

/** Goes to an address and waits until the page is ready for a person. */
export async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await until(page, `document.documentElement.dataset.ready === 'true'`)
}

/** Chooses a stream of the demo's and connects. */
export async function follow({ page, demo }: Stage, stream: string): Promise<void> {
  await visit(page, demo.url)
  await choose(page, '#stream', stream)
  await page.click('#connect')
}

/** Types a URL instead. */
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

/** The texts of all elements of a kind. */
export async function texts(page: Page, selector: string): Promise<string[]> {
  return (await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => element.textContent)`,
  )) as string[]
}

/** How many messages the page says there were. */
export async function counted(page: Page): Promise<number> {
  return (await page.evaluate(COUNT)) as number
}

export const COUNT = `Number(document.querySelector('#count').textContent.replaceAll(',', ''))`

export function untilStep(page: Page, part: string): Promise<void> {
  return untilText(page, '#steps', part)
}
