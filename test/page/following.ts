/** Following the demo's streams, with its server actions. */

import assert from 'node:assert/strict'
import { BURST } from '../../demo/control.ts'
import { startInspector } from '../../src/inspector/server/server.ts'
import { text, until, untilHere, untilText } from './driver.ts'
import { follow, texts, visit, type Scenario } from './scenario.ts'
import {
  ACTION_RESULT,
  connectButton,
  COUNT,
  figure,
  fill,
  LIST,
  PANEL,
  press,
  PROBLEM,
  READING,
  ROW_COUNT,
  rows,
  select,
  untilRow,
  untilState,
  untilTab,
  valueOf,
} from './user.ts'

/** Keeps the names of controls that move in `moved`. */
const WATCH_CONTROLS = `void (() => {
  const places = new Map()
  window.moved = new Set()
  setInterval(() => {
    for (const element of document.querySelectorAll('header :is(button, input, select), [role=group] :is(button, input, select), [role=tab]')) {
      if (!element.checkVisibility()) continue
      const { x, y } = element.getBoundingClientRect()
      const place = [x, y].map(Math.round).join()
      if ((places.get(element) ?? place) !== place) moved.add([element.id, places.get(element), 'to', place].join(' '))
      places.set(element, place)
    }
  }, 50)
})()`

export const following: Scenario[] = [
  {
    name: 'follows a stream and disconnects with the same button',
    async play(stage) {
      const { page, demo } = stage
      await visit(page, demo.url)
      assert.equal(await connectButton(page), 'Connect')
      await follow(stage, '/numbers')
      await untilState(page, 'OPEN')
      assert.equal(await connectButton(page), 'Disconnect')
      await untilRow(page, 'number 2')
      const [connect, open, first, second] = await rows(page)
      assert.deepEqual([connect?.type, open?.type], ['connect', 'open'])
      assert.match(first?.time ?? '', /^\d\d:\d\d:\d\d\.\d{3}$/)
      assert.deepEqual(
        { ...first, time: '' },
        { number: '1', time: '', since: '', type: 'message', id: '1', size: '8 B', data: 'number 1' },
      )
      assert.match(second?.since ?? '', /^\+[\d.]+ m?s$/)
      assert.match(String(await page.evaluate(figure('Since last'))), /^[\d.]+ m?s$/)
      assert.equal(await page.evaluate(figure('Connections')), '1')
      await until(page, `document.querySelector('header [role=status]').textContent === 'OPEN'`)
      await untilTab(page, 'Native', 'No differences so far')
      // everysource and the native EventSource.
      assert.equal(demo.openStreams('/numbers'), 2)
      await press(page, 'Disconnect')
      await untilState(page, 'CLOSED')
      await untilTab(page, 'Timeline', 'Closed by the user')
      assert.equal(await connectButton(page), 'Connect')
      await untilHere(() => demo.openStreams('/numbers') === 0, 'both connections are closed')
    },
  },
  {
    name: 'keeps the controls in place while the state, the figures and the findings change',
    async play({ open, demo, upstream }) {
      const inspector = await startInspector({ url: `${upstream.url}/short`, method: 'GET', headers: '', body: '' })
      try {
        for (const width of [1_200, 390]) {
          const page = await open({ width, height: 844 })
          await visit(page, inspector.url)
          await page.evaluate(WATCH_CONTROLS)
          await until(page, `${COUNT} > 10`)
          await untilText(page, '[role=tab]:nth-child(2)', 'worst: warning')
          assert.deepEqual(await page.evaluate('[...window.moved]'), [])

          await visit(page, demo.url)
          await press(page, 'Connect')
          await page.evaluate(WATCH_CONTROLS)
          await press(page, '10,000 messages')
          await until(page, `${COUNT} > ${BURST}`)
          await press(page, 'Send 503')
          await untilText(page, PROBLEM, 'status 503')
          assert.deepEqual(await page.evaluate('[...window.moved]'), [])
        }
      } finally {
        await inspector.close()
      }
    },
  },
  {
    name: 'names itself and links to its documentation and to examples that show their code',
    async play({ page, demo }) {
      await visit(page, demo.url)
      assert.match(await text(page, 'h1'), /^\s*everysource/)
      const links = (await page.evaluate(
        `[...document.querySelectorAll('a[href^="http"], nav a, h1 a')].map(({ href }) => href)`,
      )) as string[]
      assert.ok(
        links.some(
          (href) => href.endsWith('/docs/guides/inspector.md') || href.includes('npmjs.com/package/everysource'),
        ),
        links.join(),
      )
      const icon = String(await page.evaluate(`document.querySelector('link[rel=icon]').href`))
      assert.match(icon, /^data:image\/svg/)
      await page.goto(`${demo.url}pages/article.html`)
      await press(page, 'The code of this page')
      await untilText(page, 'details[open] pre', "source = new EventSource('/article')")
    },
  },
  {
    name: 'shows the typewriter and the chat as text',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/article')
      await untilText(page, READING, 'Hello there.')
      await untilState(page, 'CLOSED')
      assert.equal(await text(page, READING), 'Hello there.')
      await press(page, 'Clear')
      assert.equal(await text(page, READING), '')
      await follow(stage, '/chat')
      await untilText(page, READING, 'nothing is lost when the connection drops.')
      await untilState(page, 'CLOSED')
      assert.match(await text(page, READING), /^YouHello thereAnswerYou said “Hello there”\. I am not a model/)
      await untilTab(page, 'Native', 'it can only send GET, not POST')
      // The prompt is at hand, without a click.
      await fill(page, 'Prompt', 'And now?')
      await press(page, 'Connect')
      await untilText(page, READING, 'You said “And now?”')
    },
  },
  {
    name: 'reconnects after a drop with the Last-Event-ID, and loses no message',
    // All messages stay in view.
    second: 400,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 2')
      await press(page, 'Drop')
      await untilText(page, ACTION_RESULT, '/numbers: Dropped the connection')
      await untilTab(page, 'Timeline', 'Reconnecting with Last-Event-ID: ')
      const steps = await texts(page, '[aria-label="Connection log"] li')
      const reconnection = steps.find((step) => step.includes('Reconnecting with')) ?? ''
      const [, sent = ''] = /with Last-Event-ID: (\d+) /.exec(reconnection) ?? []
      assert.ok(Number(sent) >= 2, reconnection)
      assert.ok(
        steps.some((step) =>
          /lost The event stream (?:was interrupted|has ended).* Reconnecting in 0\.\d s\. \d+ messages so far/.test(
            step,
          ),
        ),
        steps.join('\n'),
      )
      await until(
        page,
        `/2 connections, 1 lost/.test(document.querySelector('${PANEL} svg').getAttribute('aria-label'))`,
      )
      await untilText(page, `${PANEL} svg`, `id ${sent}`)
      await untilRow(page, `number ${Number(sent) + 1}`)
      const shown = await rows(page)
      assert.deepEqual(
        shown.filter(({ number }) => number === '').map(({ type }) => type),
        ['connect', 'open', 'lost', 'connect', 'open'],
      )
      const numbers = shown.filter(({ number }) => number !== '').map(({ data }) => data)
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => `number ${index + 1}`),
      )
      await untilState(page, 'OPEN')
    },
  },
  {
    name: 'acts on the stream that is open, not on the one that is selected',
    async play(stage) {
      const { page } = stage
      await visit(page, stage.demo.url)
      // Drivers don't click a control that is marked as disabled.
      await page.evaluate(
        `void [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Drop').focus()`,
      )
      await page.press('Enter')
      await untilText(page, ACTION_RESULT, 'Connect to a stream of this server first')
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await select(page, 'Stream', '/article')
      assert.equal(await connectButton(page), 'Switch')
      await press(page, 'Drop')
      await untilText(page, ACTION_RESULT, '/numbers: Dropped the connection')
      await press(page, 'Text')
      await untilRow(page, 'Reconnecting with Last-Event-ID')
      await press(page, 'Switch')
      await untilText(page, READING, 'Hello')
      assert.equal(await connectButton(page), 'Disconnect')
    },
  },
  {
    name: 'gives up after a 503, like the native EventSource, and offers to retry',
    // Both request the stream before the 503 period ends.
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await press(page, 'Send 503')
      await untilState(page, 'CLOSED')
      await untilRow(page, 'status 503')
      await untilTab(page, 'Headers', '503 from ')
      await untilText(page, PANEL, 'Requested 503')
      await press(page, 'Native')
      await until(page, `/CLOSED\\s+CLOSED\\s+same/.test(document.querySelector('${PANEL} tbody tr').innerText)`)
      await untilText(page, PROBLEM, 'The server responded with status 503')
      await press(page, 'Retry on 503')
      await untilState(page, 'OPEN')
      await untilRow(page, 'number 1')
      await until(page, `document.querySelector('[aria-label=Problem]').hidden`)
    },
  },
  {
    name: 'retries the stream that failed, not the one that is selected',
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await press(page, 'Send 503')
      await untilText(page, PROBLEM, 'The server responded with status 503')
      await select(page, 'Stream', '/events')
      await press(page, 'Retry on 503')
      await untilState(page, 'OPEN')
      await untilRow(page, 'number 1')
      assert.equal(await valueOf(page, 'Stream'), '/numbers')
    },
  },
  {
    name: 'retries a 503 if the option is on, and marks that the native EventSource differs',
    // Both request the stream before the 503 period ends.
    second: 800,
    async play(stage) {
      const { page } = stage
      await visit(page, stage.demo.url)
      await press(page, 'Request')
      await fill(page, 'Also reconnect after these statuses', '503')
      await press(page, 'Connect')
      await untilRow(page, 'number 1')
      await press(page, 'Send 503')
      await untilRow(page, 'status 503')
      assert.doesNotMatch(String(await page.evaluate('document.body.innerText')), /Retry on 503/)
      await press(page, 'Native')
      await until(page, `document.querySelector('${PANEL} tbody tr').innerText.includes('differs')`)
      await untilText(page, PANEL, 'the native EventSource is CLOSED')
      await untilState(page, 'OPEN')
    },
  },
  {
    name: 'shows the time since the last message while the stream stalls',
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await press(page, 'Stall')
      await untilText(page, ACTION_RESULT, 'sends nothing')
      await until(page, `/^(1\\.[5-9]|[2-9]\\.\\d) s$/.test(${figure('Since last')})`)
      const before = Number(await page.evaluate(COUNT))
      await until(page, `${COUNT} > ${before}`)
      await untilState(page, 'OPEN')
    },
  },
  {
    name: 'says that a stream breaks again and again',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/drop')
      await untilTab(page, 'Diagnosis', 'The connection is lost again and again: 3 times in a row')
      await press(page, 'Disconnect')
    },
  },
  {
    name: `shows 100,000 messages, of which only the rows in view are in the document, and stays responsive`,
    // The connections number their messages separately, so both must get the bursts between the same two messages.
    second: 3_000,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await untilTab(page, 'Native', 'No differences so far: 1')
      await page.evaluate(`void (() => {
        window.longest = 0
        window.started = performance.now()
        let last = window.started
        setInterval(() => {
          const now = performance.now()
          window.longest = Math.max(window.longest, now - last)
          last = now
        }, 10)
      })()`)
      for (let bursts = 1; bursts <= 10; bursts++) {
        await press(page, '10,000 messages')
        await until(page, `${COUNT} > ${BURST * bursts}`)
      }
      // The other messages are numbered.
      await until(
        page,
        `/^number \\d+$/.test([...document.querySelectorAll('${LIST} [role=row]')].at(-1).lastElementChild.textContent)`,
      )
      const last = (await rows(page)).at(-1)
      assert.equal(last?.number, String(10 * BURST + Number(last?.data.replace('number ', ''))))
      assert.ok((await rows(page)).length < 80)
      const [count, all] = (await page.evaluate(`[${COUNT}, ${ROW_COUNT}]`)) as [number, number]
      assert.equal(all, count + 2)
      await page.evaluate(`void (document.querySelector('${LIST}').scrollTop = 54_321)`)
      await until(page, `document.querySelector('${LIST}').textContent.includes('burst 2')`)
      assert.ok((await rows(page)).length < 80)
      const [longest, took] = (await page.evaluate('[window.longest, performance.now() - window.started]')) as [
        number,
        number,
      ]
      // A busy machine stretches both values; in a frozen page, `longest` is most of `took`.
      assert.ok(longest < Math.max(2_500, took / 2), `the page froze for ${longest} of ${took} ms`)
      await untilTab(page, 'Native', 'No differences so far: 100,')
    },
  },
]
