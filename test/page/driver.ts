/** What the tests do with a page, whichever browser it is in: what a person does. */

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Keys that have no character. */
export type Key = 'Tab' | 'Enter' | 'Space' | 'ArrowDown'

export interface Look {
  scheme?: 'light' | 'dark'
  width?: number
  height?: number
}

export interface Page {
  goto(url: string): Promise<void>
  /** What an expression gives, as JSON; it may be a promise. */
  evaluate(expression: string): Promise<unknown>
  /** With the mouse, in the middle of it. */
  click(selector: string): Promise<void>
  /** Types into a field that has been emptied. */
  type(selector: string, text: string): Promise<void>
  press(key: Key): Promise<void>
  /** A picture of what is in sight, as PNG. */
  picture(): Promise<Buffer>
  close(): Promise<void>
}

export interface Driver {
  name: string
  /** Why it cannot be started here, if so. */
  missing(): string | undefined
  launch(): Promise<Launched>
}

interface Launched {
  /** A page that shares nothing with others. */
  open(look?: Look): Promise<Page>
  close(): Promise<void>
}

/** How long a condition may take, in ms. Says only when to stop waiting, so it is far longer than anything takes. */
const PATIENCE = 180_000
/** How long to look within the page before coming back, in ms. */
const LOOK = 1_000

/** Waits until an expression is true, and says what it saw instead if it never is. */
export async function until(page: Page, expression: string, what = expression): Promise<void> {
  const end = Date.now() + PATIENCE
  // In the page, for to ask it again and again is what slows it down.
  const look = `new Promise((resolve) => {
    const end = performance.now() + ${LOOK}
    const look = () => {
      const holds = Boolean(${expression})
      if (holds || performance.now() > end) resolve(holds)
      else setTimeout(look, 20)
    }
    look()
  })`
  while ((await page.evaluate(look)) !== true) {
    if (Date.now() > end) {
      throw new Error(`Not within ${PATIENCE / 1_000} s: ${what}\n${String(await page.evaluate(SUMMARY))}`)
    }
  }
}

/** The same for what does not show on the page. */
export async function untilHere(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + PATIENCE
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Not within ${PATIENCE / 1_000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const SUMMARY = `document.querySelector('main').innerText.slice(0, 3000)`

/** The text of an element, as it is in the document. */
export async function text(page: Page, selector: string): Promise<string> {
  return String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`))
}

/** Waits until an element has that text within it. */
export function untilText(page: Page, selector: string, part: string): Promise<void> {
  const [element, wanted] = [JSON.stringify(selector), JSON.stringify(part)]
  return until(page, `document.querySelector(${element})?.textContent.includes(${wanted})`, `${part} in ${selector}`)
}

/** Chooses an option as a person does who uses the keyboard, and as every driver can. */
export async function choose(page: Page, selector: string, value: string): Promise<void> {
  const element = `document.querySelector(${JSON.stringify(selector)})`
  const chosen = JSON.stringify(value)
  await page.evaluate(`(() => {
    if (![...${element}.options].some((option) => option.value === ${chosen})) throw new Error('There is no ${value}')
    ${element}.value = ${chosen}
    ${element}.dispatchEvent(new Event('input', { bubbles: true }))
    ${element}.dispatchEvent(new Event('change', { bubbles: true }))
  })()`)
}

/** Keeps a picture for people to look at. */
export async function keep(page: Page, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, await page.picture())
}
