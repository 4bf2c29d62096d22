/** Accessibility: axe, keyboard, small screens, reduced motion. */

import assert from 'node:assert/strict'
import axeCore from 'axe-core'
import { untilText, type Page } from './driver.ts'
import { follow, texts, typeURL, untilState, untilStep, visit, type Scenario, type Stage } from './scenario.ts'

export const accessible: Scenario[] = [
  ...(['light', 'dark'] as const).map((scheme): Scenario => ({
    name: `passes axe in ${scheme} mode: initially, with messages and findings, and with a refused response`,
    // All browsers use the same colors.
    ...(scheme === 'dark' && { only: 'chromium' }),
    async play(stage) {
      const page = await stage.open({ scheme, width: 1_200, height: 900 })
      await visit(page, stage.demo.url)
      assert.equal(await page.evaluate(BACKGROUND), scheme === 'light' ? 'rgb(246, 247, 249)' : 'rgb(16, 19, 23)')
      await axe(page)
      await fillPage({ ...stage, page })
      await axe(page)
      await typeURL(page, `${stage.upstream.url}/refused`)
      await page.click('#connect')
      await untilText(page, '#response-body', '<img')
      await axe(page)
    },
  })),
  {
    name: 'fits on a phone and passes axe there',
    async play(stage) {
      const page = await stage.open({ width: 360, height: 740 })
      await fillPage({ ...stage, page })
      await page.evaluate(`void (document.querySelector('details').open = true)`)
      // Some browsers don't support windows as small as a phone.
      const [width, inner] = (await page.evaluate(
        `[document.documentElement.scrollWidth, document.documentElement.clientWidth]`,
      )) as [number, number]
      assert.ok(width <= inner, `${width} px in a window of ${inner} px`)
      if (stage.engine !== 'webkit') assert.equal(await page.evaluate('innerWidth'), 360)
      await axe(page)
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
      while ((await step()) !== 'connect') assert.ok(visited.length < 20, visited.join(' '))
      assert.equal(await page.evaluate(FOCUS_IS_VISIBLE), true)
      await page.press('Enter')
      await untilText(page, '#messages', 'number 1')
      assert.equal(await page.evaluate(FOCUSED), 'connect')
      assert.equal(await step(), 'close')
      assert.equal(await step(), 'drop')
      await page.press('Space')
      await untilStep(page, 'Reconnecting with')
      while ((await step()) !== 'steps-frame') assert.ok(visited.length < 40, visited.join(' '))
      const order = [
        'links',
        'stream',
        'url',
        'summary',
        'connect',
        'close',
        'drop',
        'stall',
        'refuse',
        'burst',
        'view',
      ]
      const rest = ['messages-frame', 'save', 'copy', 'timeline-window', 'steps-frame']
      assert.deepEqual(
        visited.filter((name) => name !== 'skip' && name !== 'elsewhere'),
        [...order, ...rest],
      )
      // Focus leaves the page at the end and returns at the start.
      for (let presses = 0; (await step()) !== 'close'; presses++) assert.ok(presses < 30, visited.join(' '))
      // Headless Firefox ignores keys once the focus has left the page.
      if (engine === 'firefox') {
        assert.equal(await page.evaluate('document.hasFocus()'), false)
        return
      }
      await page.press('Space')
      await untilState(page, 'CLOSED')
      assert.equal(await page.evaluate(FOCUSED), 'close')
    },
  },
  {
    name: 'respects reduced motion and limits announcements',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/drop')
      await page.evaluate(`void (window.announcements = 0, window.since = performance.now(), new MutationObserver((changes) => window.announcements += changes.length).observe(
        document.querySelector('#announcement'), { childList: true, characterData: true, subtree: true }))`)
      await untilStep(page, 'with Last-Event-ID: 6')
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
      await page.click('#close')
    },
  },
]

const BACKGROUND = `getComputedStyle(document.body).backgroundColor`

/** The name of the focused element. */
const FOCUSED = `(() => {
  const { id, dataset, tagName, className, parentElement } = document.activeElement
  return tagName === 'BODY' ? 'elsewhere' : dataset.action || id || (tagName === 'SUMMARY' ? 'summary' : className || parentElement.id)
})()`

const FOCUS_IS_VISIBLE = `getComputedStyle(document.activeElement).outlineStyle !== 'none'`

/** Fills all sections of the page. */
async function fillPage(stage: Stage): Promise<void> {
  const { page } = stage
  await follow(stage, '/events')
  await untilText(page, '#messages', 'Z')
  await untilText(page, '#native-note', 'difference')
  await page.click('[data-action=drop]')
  await untilStep(page, 'Reconnecting in')
}

async function axe(page: Page): Promise<void> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(`void (() => { ${axeCore.source} })()`)
  const violations = await page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join('; ')))`)
  assert.deepEqual(violations, [])
}
