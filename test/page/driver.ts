/** Interface to a page in any browser. */

/** Keys that type no character. Any other key is the character itself. */
export const NAMED_KEYS = [
  'Tab',
  'Enter',
  'Escape',
  'Space',
  'ArrowDown',
  'ArrowUp',
  'ArrowRight',
  'Home',
  'End',
] as const
export type Key = (typeof NAMED_KEYS)[number]

export interface Look {
  scheme?: 'light' | 'dark'
  width?: number
  height?: number
}

export interface Page {
  goto(url: string): Promise<void>
  /** Evaluates an expression and returns its value as JSON, awaiting a promise. */
  evaluate(expression: string): Promise<unknown>
  /** Clicks the middle of the element. */
  click(selector: string): Promise<void>
  /** Clears the field and types into it. */
  type(selector: string, text: string): Promise<void>
  press(key: string): Promise<void>
  /** A PNG screenshot of the viewport. */
  picture(): Promise<Buffer>
  close(): Promise<void>
}

export interface Driver {
  name: string
  /** Why the browser can't start here, if so. */
  missing(): string | undefined
  launch(): Promise<Launched>
}

interface Launched {
  /** Opens a page in its own browser context. */
  open(look?: Look): Promise<Page>
  close(): Promise<void>
}

/** In ms. Far longer than any condition takes; it only ends a wait that fails. */
const TIMEOUT = 180_000
/** How long to poll inside the page before returning, in ms. */
const POLL = 1_000

/** Waits until an expression is true; on timeout, the error shows the page's text. */
export async function until(page: Page, expression: string, what = expression): Promise<void> {
  const end = Date.now() + TIMEOUT
  // Polls inside the page, because a round trip per check would slow it down.
  const look = `new Promise((resolve) => {
    const end = performance.now() + ${POLL}
    const look = () => {
      const holds = Boolean(${expression})
      if (holds || performance.now() > end) resolve(holds)
      else setTimeout(look, 20)
    }
    look()
  })`
  while ((await page.evaluate(look)) !== true) {
    if (Date.now() > end) {
      throw new Error(`Not within ${TIMEOUT / 1_000} s: ${what}\n${String(await page.evaluate(SUMMARY))}`)
    }
  }
}

/** Waits for a condition outside the page. */
export async function untilHere(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + TIMEOUT
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Not within ${TIMEOUT / 1_000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const SUMMARY = `document.querySelector('main').innerText.slice(0, 3000)`

/** The element's `textContent`. */
export async function text(page: Page, selector: string): Promise<string> {
  return String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`))
}

/** Waits until the element contains the text. */
export function untilText(page: Page, selector: string, part: string): Promise<void> {
  const [element, wanted] = [JSON.stringify(selector), JSON.stringify(part)]
  return until(page, `document.querySelector(${element})?.textContent.includes(${wanted})`, `${part} in ${selector}`)
}

/** Selects an option and fires the events of a user's choice. */
export async function choose(page: Page, selector: string, value: string): Promise<void> {
  const element = `document.querySelector(${JSON.stringify(selector)})`
  const chosen = JSON.stringify(value)
  await page.evaluate(`(() => {
    if (![...${element}.options].some((option) => option.value === ${chosen})) throw new Error('Option ${value} is missing')
    ${element}.value = ${chosen}
    ${element}.dispatchEvent(new Event('input', { bubbles: true }))
    ${element}.dispatchEvent(new Event('change', { bubbles: true }))
  })()`)
}
