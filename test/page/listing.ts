/** The list of messages: filter, pause, clear, follow, jump, select, copy and save. */

import assert from 'node:assert/strict'
import { text, until, untilText, type Page } from './driver.ts'
import { follow, followURL, visit, type Scenario, type Stage } from './scenario.ts'
import {
  catchCopies,
  copied,
  COUNT,
  fill,
  isPressed,
  LIST,
  NOTE,
  PANEL,
  press,
  pressRow,
  ROW_COUNT,
  rowCount,
  rows,
  select,
  untilRow,
  untilState,
} from './user.ts'

export const listing: Scenario[] = [
  {
    name: 'shows at least 15 messages in a window of 1,280 by 800 pixels',
    second: 50,
    async play(stage) {
      const page = await stage.open({ width: 1_280, height: 800 })
      await follow({ ...stage, page }, '/numbers')
      await untilRow(page, 'number 30')
      const visible = (await page.evaluate(`(() => {
        const { top, bottom } = document.querySelector('${LIST}').getBoundingClientRect()
        const end = Math.min(bottom, innerHeight)
        return [...document.querySelectorAll('${LIST} [role=row]')].filter((row) => {
          const box = row.getBoundingClientRect()
          return /number \\d/.test(row.textContent) && box.top >= top && box.bottom <= end
        }).length
      })()`)) as number
      // A browser that draws its own toolbars in the window shows fewer.
      assert.ok(visible >= 15, `${visible} messages are visible`)
    },
  },
  {
    name: 'filters by text and by type, and shows the types in colors',
    async play(stage) {
      const { page } = stage
      await followTypes(stage)
      await fill(page, 'Filter by text', 'abc')
      await until(page, `${ROW_COUNT} === 1`)
      assert.deepEqual(
        (await rows(page)).map(({ type }) => type),
        ['price'],
      )
      await untilText(page, NOTE, '1 of 6 rows match')
      await press(page, 'Clear the filter')
      await until(page, `${ROW_COUNT} === 6`)
      await select(page, 'Filter by type', 'price')
      await until(page, `${ROW_COUNT} === 2`)
      await select(page, 'Filter by type', 'All rows')
      await until(page, `${ROW_COUNT} === 6`)
      await select(page, 'Filter by type', 'Connection')
      await until(page, `${ROW_COUNT} === 2`)
      assert.deepEqual(
        (await rows(page)).map(({ type }) => type),
        ['connect', 'open'],
      )
      await select(page, 'Filter by type', 'Messages')
      await until(page, `${ROW_COUNT} === 4`)
      const colors = (await page.evaluate(
        `[...document.querySelectorAll('${LIST} [role=gridcell]:nth-child(4) > span')].map((chip) => getComputedStyle(chip).color)`,
      )) as string[]
      const [price, trade, message, again] = colors
      assert.equal(price, again)
      assert.equal(new Set([price, trade, message]).size, 3)
    },
  },
  {
    name: 'pauses while it keeps receiving, and clears',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 2')
      await press(page, 'Pause')
      const paused = await rowCount(page)
      const before = Number(await page.evaluate(COUNT))
      await until(page, `${COUNT} > ${before + 2}`)
      assert.equal(await rowCount(page), paused)
      await until(
        page,
        `[...document.querySelectorAll('button')].some(({ textContent }) => /^Resume \\([3-9] new\\)$/.test(textContent))`,
      )
      await press(page, 'Resume')
      await untilRow(page, `number ${before + 3}`)
      await press(page, 'Disconnect')
      await press(page, 'Clear')
      await until(page, `${ROW_COUNT} === 0`)
      assert.ok(Number(await page.evaluate(COUNT)) > before)
      await press(page, 'Connect')
      await untilRow(page, 'number 1')
    },
  },
  {
    name: 'follows the end until the user scrolls up, and returns there',
    second: 40,
    async play(stage) {
      const { page } = stage
      const bottom = `(({ scrollTop, clientHeight, scrollHeight }) => scrollTop + clientHeight >= scrollHeight - 4)(document.querySelector('${LIST}'))`
      await follow(stage, '/numbers')
      await untilRow(page, 'number 60')
      assert.equal(await page.evaluate(bottom), true)
      assert.equal(await isPressed(page, 'Follow'), true)
      await page.evaluate(`void document.querySelector('${LIST}').scrollTo(0, 0)`)
      await until(
        page,
        `[...document.querySelectorAll('button')].some(({ textContent, hidden }) => !hidden && /^↓ \\d+ new rows$/.test(textContent))`,
      )
      assert.equal(await isPressed(page, 'Follow'), false)
      await untilRow(page, 'number 1')
      await press(page, '↓')
      await until(page, bottom)
      assert.equal(await isPressed(page, 'Follow'), true)
      await press(page, 'Follow')
      await until(page, `!(${bottom})`)
      await press(page, 'Disconnect')
    },
  },
  {
    name: 'jumps from error to error',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await press(page, 'Next error')
      await untilText(page, NOTE, 'No errors so far')
      await follow(stage, '/drop')
      await until(page, `${COUNT} > 6`)
      await press(page, 'Disconnect')
      await press(page, 'Next error')
      const first = await selected(page)
      assert.match(first, /lost.*was interrupted|lost.*has ended/)
      await untilText(page, PANEL, 'Reconnecting in')
      await press(page, 'Next error')
      assert.notEqual(await selected(page), first)
    },
  },
  {
    name: 'shows the selected message as JSON that folds, and as text',
    async play(stage) {
      const { page } = stage
      await followTypes(stage)
      await pressRow(page, '{"symbol":"ABC","price":1.5,"tags":["new",null],"ok":true}')
      await untilText(page, PANEL, 'Message 1price')
      for (const part of [
        'symbol: "ABC"',
        'price: 1.5',
        'tags: […] 2 items',
        '0: "new"',
        '1: null',
        'ok: true',
        '58 B',
      ]) {
        await untilText(page, PANEL, part)
      }
      await catchCopies(page)
      await press(page, 'Copy data')
      assert.equal(await copied(page), '{"symbol":"ABC","price":1.5,"tags":["new",null],"ok":true}')
      await press(page, 'tags')
      await until(page, `!document.querySelector('${PANEL}').innerText.includes('null')`)
      await press(page, 'Raw text')
      await untilText(page, PANEL, '{"symbol":"ABC"')
      await press(page, 'Raw text')
      await pressRow(page, 'Just text⏎of two lines')
      await untilText(page, `${PANEL} pre`, 'Just text\nof two lines')
      // Large data is created when it is opened.
      await page.press('ArrowDown')
      await untilText(page, PANEL, '[…] 1,000 items')
      assert.ok(Number(await page.evaluate(`document.querySelectorAll('${PANEL} details').length`)) <= 201)
      await press(page, 'Show 200 more')
      await untilText(page, PANEL, '399: ')
    },
  },
  {
    name: 'copies the filtered messages as JSON lines, the request as curl, and saves',
    async play(stage) {
      const { page, upstream } = stage
      await followTypes(stage)
      await catchCopies(page)
      await press(page, 'Export')
      await press(page, 'Copy as JSON lines')
      const lines = await copied(page)
      assert.equal(lines.split('\n').length, 5)
      const [first] = lines.split('\n').map((line) => line && (JSON.parse(line) as Record<string, unknown>))
      assert.deepEqual(
        { ...(first as object), ms: 0 },
        {
          number: 1,
          ms: 0,
          type: 'price',
          lastEventId: '',
          data: '{"symbol":"ABC","price":1.5,"tags":["new",null],"ok":true}',
        },
      )
      await untilText(page, NOTE, 'Copied 4 lines')
      await fill(page, 'Filter by text', 'Just')
      await until(page, `${ROW_COUNT} === 1`)
      await press(page, 'Export')
      await press(page, 'Save as JSON lines')
      assert.match(await copied(page), /^\{"number":3,.*\}\n$/)
      assert.equal(await page.evaluate('window.savedAs'), 'messages.jsonl')
      await press(page, 'Export')
      await press(page, 'Copy as curl')
      assert.equal(
        await copied(page),
        `curl -N -H 'Accept: text/event-stream' -H 'Last-Event-ID: 7' ${upstream.url}/types`,
      )
    },
  },
  {
    name: 'has shortcuts, which it lists, and which do not interfere with typing',
    async play(stage) {
      const { page } = stage
      await visit(page, stage.demo.url)
      await page.press('?')
      await untilText(page, 'dialog[open]', 'Connect or disconnect')
      await page.press('c')
      assert.equal(await text(page, 'output'), 'CLOSED')
      await page.press('Escape')
      await until(page, `!document.querySelector('dialog').open`)
      await page.press('c')
      await untilRow(page, 'number 2')
      await page.press('p')
      await until(
        page,
        `[...document.querySelectorAll('button')].some(({ textContent }) => textContent.startsWith('Resume'))`,
      )
      await page.press('p')
      await page.press('/')
      for (const key of 'cpx') await page.press(key)
      assert.equal(await page.evaluate('document.activeElement.value'), 'cpx')
      await untilState(page, 'OPEN')
      await page.press('Escape')
      assert.equal(await page.evaluate('document.activeElement.value'), '')
      await page.evaluate('void document.activeElement.blur()')
      await page.press('g')
      assert.match(await selected(page), /^\d\d:.*connect/)
      await page.press('j')
      await page.press('j')
      assert.match(await selected(page), /number 1$/)
      await page.press('k')
      assert.match(await selected(page), /open/)
      await page.press('n')
      await untilText(page, NOTE, 'No errors so far')
      await page.press('G')
      assert.equal(await isPressed(page, 'Follow'), true)
      await page.press('c')
      await untilState(page, 'CLOSED')
      await page.press('x')
      await until(page, `${ROW_COUNT} === 0`)
    },
  },
]

async function followTypes({ page, demo, upstream }: Stage): Promise<void> {
  await visit(page, demo.url)
  await followURL(page, `${upstream.url}/types`)
  await until(page, `${ROW_COUNT} === 6`)
}

/** The text of the selected row. */
async function selected(page: Page): Promise<string> {
  await until(page, `document.querySelector('[role=row][aria-selected=true]')`)
  return text(page, '[role=row][aria-selected=true]')
}
