/** Accessibility: axe, keyboard, small screens, reduced motion. */

import assert from 'node:assert/strict'
import axeCore from 'axe-core'
import { until, untilText, type Page } from './driver.ts'
import { follow, followURL, texts, visit, type Scenario, type Stage } from './scenario.ts'
import { LIST, PANEL, press, pressRow, rows, untilRow, untilState, untilTab } from './user.ts'

export const accessible: Scenario[] = [
  ...(['light', 'dark'] as const).map((scheme): Scenario => ({
    name: `passes axe in ${scheme} mode: initially, with messages and in each tab, and with a refused response`,
    // All browsers use the same colors.
    ...(scheme === 'dark' && { only: 'chromium' }),
    async play(stage) {
      const page = await stage.open({ scheme, width: 1_200, height: 900 })
      await visit(page, stage.demo.url)
      assert.equal(await page.evaluate(BACKGROUND), scheme === 'light' ? 'rgb(243, 244, 246)' : 'rgb(13, 16, 20)')
      await axe(page)
      await press(page, 'Request')
      await axe(page)
      await press(page, 'Request')
      await fillPage({ ...stage, page })
      for (const tab of ['Diagnosis', 'Timeline', 'Headers', 'Native']) {
        await press(page, tab)
        await axe(page)
      }
      await press(page, 'Keyboard shortcuts')
      await axe(page)
      await page.press('Escape')
      await followURL(page, `${stage.upstream.url}/types`)
      await pressRow(page, '[1,2,3]')
      await press(page, 'Export')
      await axe(page)
      await followURL(page, `${stage.upstream.url}/refused`)
      await untilTab(page, 'Headers', '<img')
      await axe(page)
    },
  })),
  {
    name: 'fits on a phone: no word breaks, large targets, details as a sheet; passes axe there',
    async play(stage) {
      const page = await stage.open({ width: 390, height: 844 })
      await fillPage({ ...stage, page })
      await press(page, 'Request')
      await fits(page, stage.engine)
      // Slow, and all browsers have the same elements.
      const check = stage.engine === 'chromium' ? axe : () => undefined
      await check(page)
      await press(page, 'Request')
      assert.deepEqual(await page.evaluate(WRAPPED), [])
      assert.deepEqual(await page.evaluate(SMALL_TARGETS), [])
      assert.equal(await page.evaluate(`document.querySelector('${PANEL}')?.checkVisibility()`), false)
      const [first] = (await rows(page)).filter(({ number }) => number !== '')
      await pressRow(page, first?.data ?? '')
      await until(page, `document.querySelector('${PANEL}').checkVisibility()`)
      await fits(page, stage.engine)
      await check(page)
      await press(page, 'Close the details')
      await until(page, `!document.querySelector('${PANEL}').checkVisibility()`)
    },
  },
  {
    name: 'works with the keyboard alone',
    async play({ engine, page, demo }) {
      await visit(page, demo.url)
      const visited: string[] = []
      const step = async (): Promise<string> => {
        await page.press('Tab')
        const name = String(await page.evaluate(FOCUSED))
        visited.push(name)
        return name
      }
      while ((await step()) !== 'Connect') assert.ok(visited.length < 20, visited.join(' '))
      assert.equal(await page.evaluate(FOCUS_IS_VISIBLE), true)
      await page.press('Enter')
      await untilRow(page, 'number 1')
      assert.equal(await page.evaluate(FOCUSED), 'Disconnect')
      assert.equal(await step(), 'Keyboard shortcuts')
      assert.equal(await step(), 'Drop')
      await page.press('Space')
      await untilRow(page, 'Reconnecting with')
      while ((await step()) !== 'Messages') assert.ok(visited.length < 40, visited.join(' '))
      await page.press('End')
      await page.press('ArrowUp')
      await until(
        page,
        `document.getElementById(document.querySelector('${LIST}').getAttribute('aria-activedescendant'))?.ariaSelected === 'true'`,
      )
      await untilText(page, PANEL, 'Time')
      while ((await step()) !== 'Message') assert.ok(visited.length < 40, visited.join(' '))
      await page.press('ArrowRight')
      assert.equal(await page.evaluate(FOCUSED), 'Diagnosis')
      const order = [
        'Stream',
        'Method',
        'Request',
        'Connect',
        'Keyboard shortcuts',
        'Drop',
        'Stall',
        'Send 503',
        '10,000 messages',
      ]
      const rest = [
        'Examples with code',
        'Filter by text',
        'Filter by type',
        'Pause',
        'Clear',
        'Follow',
        'Next error',
        'Text',
        'Export',
        'Messages',
      ]
      assert.deepEqual(
        visited.filter((name) => [...order, ...rest].includes(name)),
        [...order, ...rest],
      )
      // Focus leaves the page at the end and returns at the start.
      for (let presses = 0; (await step()) !== 'Disconnect'; presses++) assert.ok(presses < 30, visited.join(' '))
      // Headless Firefox ignores keys once the focus has left the page.
      if (engine === 'firefox') {
        assert.equal(await page.evaluate('document.hasFocus()'), false)
        return
      }
      await page.press('Space')
      await untilState(page, 'CLOSED')
      assert.equal(await page.evaluate(FOCUSED), 'Connect')
    },
  },
  {
    name: 'respects reduced motion and limits announcements',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/drop')
      await page.evaluate(`void (window.announcements = 0, window.since = performance.now(), new MutationObserver((changes) => window.announcements += changes.length).observe(
        document.querySelector('header [role=status]'), { childList: true, characterData: true, subtree: true }))`)
      await untilRow(page, 'with Last-Event-ID: 6')
      // The connection was lost twice; at most one announcement is made per three seconds.
      const [announcements, took] = (await page.evaluate(
        '[window.announcements, performance.now() - window.since]',
      )) as [number, number]
      assert.ok(announcements <= 2 + took / 3_000, `${announcements} announcements in ${took} ms`)
      const live = await texts(page, '[aria-live]:not([aria-live=off]), [role=log]')
      assert.deepEqual(live, [])
      const rules = String(
        await page.evaluate(`[...document.styleSheets[0].cssRules].map((rule) => rule.cssText).join('\\n')`),
      )
      assert.match(rules, /@media \(prefers-reduced-motion: no-preference\)[^@]*animation/)
      await press(page, 'Disconnect')
    },
  },
]

const BACKGROUND = `getComputedStyle(document.body).backgroundColor`

/** The product's name and labels of buttons that take more than one line. */
const WRAPPED = `[...document.querySelectorAll('h1 a, button, summary')].filter((element) => {
  if (!element.checkVisibility()) return false
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const range = document.createRange()
    range.selectNodeContents(walker.currentNode)
    const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => Math.round(top)))
    if (tops.size > 1) return true
  }
  return false
}).map(({ textContent }) => textContent.trim())`

/** The names of controls that are too small for a finger. */
const SMALL_TARGETS = `[...document.querySelectorAll('button, summary, select, input:not([type=checkbox], [type=radio]), [role=tab]')].filter((element) => {
  const { height } = element.getBoundingClientRect()
  return element.checkVisibility() && height > 0 && height < 39.5
}).map(({ id, textContent }) => id || textContent)`

/** The name of the focused element. */
const FOCUSED = `(() => {
  const { ariaLabel, labels, innerText, tagName } = document.activeElement
  return tagName === 'BODY' ? 'elsewhere' : ariaLabel ?? (labels?.length ? labels[0].textContent : innerText).trim()
})()`

const FOCUS_IS_VISIBLE = `getComputedStyle(document.activeElement).outlineStyle !== 'none'`

/** Fills all parts of the page. */
async function fillPage(stage: Stage): Promise<void> {
  const { page } = stage
  await follow(stage, '/events')
  await untilRow(page, 'Z')
  await press(page, 'Drop')
  await untilRow(page, 'Reconnecting in')
}

/** Nothing is wider than the window. */
async function fits(page: Page, engine: string): Promise<void> {
  const [width, inner] = (await page.evaluate(
    `[document.documentElement.scrollWidth, document.documentElement.clientWidth]`,
  )) as [number, number]
  assert.ok(width <= inner, `${width} px in a window of ${inner} px`)
  // WebKit's window is wider than a phone.
  if (engine !== 'webkit') assert.equal(await page.evaluate('innerWidth'), 390)
}

async function axe(page: Page): Promise<void> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(`void (() => { ${axeCore.source} })()`)
  const violations = await page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join('; ')))`)
  assert.deepEqual(violations, [])
}
