/** Uses the page as a person does: finds its parts by their role, label and text. */

import { choose, text, until, untilText, type Page } from './driver.ts'

/** Regions of the page. */
export const LIST = '[role=grid]'
export const PANEL = '[role=tabpanel]:not([hidden])'
export const PROBLEM = '[aria-label=Problem]:not([hidden])'
export const NOTE = 'section > p'
export const READING = '[aria-label="Text of the messages"]'
export const ACTION_RESULT = '[aria-label="Server actions"] + [role=status]'

export type State = 'CONNECTING' | 'OPEN' | 'CLOSED'

/** A row of the list. */
export interface Row {
  number: string
  time: string
  since: string
  type: string
  id: string
  size: string
  data: string
}

/** Presses the visible button, link or tab of this name, or whose name begins with it. */
export async function press(page: Page, name: string): Promise<void> {
  await page.click(await find(page, 'button, summary, a[href], [role=tab]', name))
}

/** Clears the field with this label and types into it. */
export async function fill(page: Page, label: string, value: string): Promise<void> {
  await page.type(await find(page, 'input, textarea', label), value)
}

/** Checks or unchecks the box with this label, or selects the radio button. */
export async function check(page: Page, label: string): Promise<void> {
  await page.click(await find(page, 'input', label))
}

/** Selects the option with this text. */
export async function select(page: Page, label: string, option: string): Promise<void> {
  const selector = await find(page, 'select', label)
  const value = await page.evaluate(
    `[...document.querySelector(${JSON.stringify(selector)}).options].find(({ text }) => text === ${JSON.stringify(option)})?.value ?? null`,
  )
  if (typeof value !== 'string') throw new Error(`Option ${option} is missing`)
  await choose(page, selector, value)
}

export async function valueOf(page: Page, label: string): Promise<string> {
  const selector = await find(page, 'input, textarea, select', label)
  return String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).value`))
}

/** Whether a toggle such as “Follow” is on. */
export async function isPressed(page: Page, name: string): Promise<boolean> {
  const selector = await find(page, 'button', name)
  return (
    (await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).getAttribute('aria-pressed')`)) === 'true'
  )
}

/** The text of the button that connects, switches or disconnects. */
export function connectButton(page: Page): Promise<string> {
  return text(page, 'form[aria-label=Stream] button:not([type=button])')
}

/** An expression for a figure in the toolbar, such as `Messages`. */
export function figure(name: string): string {
  return `[...document.querySelectorAll('header dt')].find((dt) => dt.textContent === '${name}').nextElementSibling.textContent`
}

export const COUNT = `Number(${figure('Messages')}.replaceAll(',', ''))`

/** The rows in the document, which are those in view. */
export async function rows(page: Page): Promise<Row[]> {
  return (await page.evaluate(ROWS)) as Row[]
}

const ROWS = `[...document.querySelectorAll('[role=grid] [role=row]:has([role=gridcell])')].map((row) => Object.fromEntries(
  ['number', 'time', 'since', 'type', 'id', 'size', 'data'].map((name, i) => [name, row.children[i].textContent])))`

/** Waits until a row in view contains the text. */
export function untilRow(page: Page, part: string): Promise<void> {
  return untilText(page, LIST, part)
}

/** Presses the row whose data is this text. */
export async function pressRow(page: Page, data: string): Promise<void> {
  await untilRow(page, data)
  await tag(
    page,
    `[...document.querySelectorAll('[role=row]')].find((row) => row.lastElementChild.textContent === ${JSON.stringify(data)})`,
  )
  await page.click('[data-test]')
}

/** How many rows the list has, in the document or not. */
export function rowCount(page: Page): Promise<number> {
  return page.evaluate(ROW_COUNT) as Promise<number>
}

/** An expression; the first row has the names of the columns. */
export const ROW_COUNT = `Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1`

export async function untilState(page: Page, state: State): Promise<void> {
  await until(page, `document.querySelector('output').textContent === '${state}'`, `the state is ${state}`)
}

/** Waits until the tab shows the text. */
export async function untilTab(page: Page, name: string, part: string): Promise<void> {
  const selected = await page.evaluate(`document.querySelector('[role=tab][aria-selected=true]').textContent`)
  if (!String(selected).startsWith(name)) await press(page, name)
  await untilText(page, PANEL, part)
}

/** Keeps what the page copies or saves in \`copied\`, because tests can't read the clipboard. */
export async function catchCopies(page: Page): Promise<void> {
  await page.evaluate(`void (() => {
    const writeText = async (text) => { window.copied = text }
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } })
    URL.createObjectURL = (blob) => { blob.text().then(writeText); return '#' }
    HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download }
  })()`)
}

/** Waits for the text that was copied or saved, and forgets it. */
export async function copied(page: Page): Promise<string> {
  await until(page, `typeof window.copied === 'string'`)
  return String(await page.evaluate(`[window.copied, delete window.copied][0]`))
}

/** Returns a selector for the visible element of this name. */
async function find(page: Page, kinds: string, name: string): Promise<string> {
  await tag(
    page,
    `(() => {
    const wanted = ${JSON.stringify(name)}
    const named = [...document.querySelectorAll(${JSON.stringify(kinds)})].filter((element) => element.checkVisibility()).map((element) => {
      const label = element.getAttribute('aria-label') ?? (element.labels?.length ? element.labels[0].textContent : element.textContent)
      return [element, label.trim().replace(/\\s+/g, ' ')]
    })
    return (named.find(([, label]) => label === wanted) ?? named.find(([, label]) => label.startsWith(wanted)))?.[0]
  })()`,
    `“${name}” is visible`,
  )
  return '[data-test]'
}

/** Waits for the element and marks it. */
async function tag(page: Page, element: string, what?: string): Promise<void> {
  await until(
    page,
    `(() => {
    const element = ${element}
    if (!element) return false
    document.querySelector('[data-test]')?.removeAttribute('data-test')
    element.setAttribute('data-test', '')
    return true
  })()`,
    what,
  )
}
