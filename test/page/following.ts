/** Following the demo's streams, with its server actions. */

import assert from 'node:assert/strict'
import { BURST } from '../../demo/control.ts'
import { text, until, untilHere, untilText } from './driver.ts'
import { COUNT, counted, follow, texts, untilState, untilStep, type Scenario } from './scenario.ts'

export const following: Scenario[] = [
  {
    name: 'follows a stream and closes it',
    async play(stage) {
      const { page, demo } = stage
      await follow(stage, '/numbers')
      await untilState(page, 'OPEN')
      await untilText(page, '#messages', 'number 2')
      const [first = '', second = ''] = await texts(page, '#messages li')
      assert.match(first, /^#1\d+:\d\d\.\d{3}firstmessageid 1number 1$/)
      assert.match(second, /^#2\d+:\d\d\.\d{3}\+[\d.]+ m?smessageid 2number 2$/)
      assert.match(await text(page, '#since'), /^[\d.]+ m?s$/)
      assert.equal(await text(page, '#attempts'), '1')
      await until(page, `document.querySelector('#announcement').textContent === 'OPEN'`)
      await untilText(page, '#native-note', 'No differences so far')
      // everysource and the native EventSource.
      assert.equal(demo.openStreams('/numbers'), 2)
      await page.click('#close')
      await untilState(page, 'CLOSED')
      await untilStep(page, 'Closed by the user')
      await untilHere(() => demo.openStreams('/numbers') === 0, 'both connections are closed')
    },
  },
  {
    name: 'shows the typewriter and the chat as text',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/article')
      await untilText(page, '#reading', 'Hello there.')
      await untilState(page, 'CLOSED')
      assert.equal(await text(page, '#reading'), 'Hello there.')
      await follow(stage, '/chat')
      await untilText(page, '#reading', 'nothing is lost when the connection drops.')
      await untilState(page, 'CLOSED')
      assert.match(await text(page, '#reading'), /^YouHello thereAnswerYou said “Hello there”\. I am not a model/)
      assert.match(await text(page, '#native-note'), /it can only send GET, not POST/)
    },
  },
  {
    name: 'reconnects after a drop with the Last-Event-ID, and loses no message',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 2')
      await page.click('[data-action=drop]')
      await untilText(page, '#control-result', 'Dropped the connection')
      await untilStep(page, 'Reconnecting with Last-Event-ID: ')
      const steps = await texts(page, '#steps li')
      const reconnection = steps.find((step) => step.includes('Reconnecting with')) ?? ''
      const [, sent = ''] = /with Last-Event-ID: (\d+) /.exec(reconnection) ?? []
      assert.ok(Number(sent) >= 2, reconnection)
      assert.ok(
        steps.some((step) => /lost.* (?:was interrupted|has ended).* Reconnecting in \d+ ms\./.test(step)),
        steps.join('\n'),
      )
      await until(page, `document.querySelectorAll('#timeline .mark-lost').length === 1`)
      await until(page, `document.querySelector('#timeline .mark-id')?.textContent === 'id ${sent}'`)
      assert.match(
        String(await page.evaluate(`document.querySelector('#timeline').getAttribute('aria-label')`)),
        /2 connections, 1 lost/,
      )
      await untilText(page, '#messages', `number ${Number(sent) + 1}`)
      const numbers = await texts(page, '#messages .message-data')
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => `number ${index + 1}`),
      )
      await untilState(page, 'OPEN')
    },
  },
  {
    name: 'gives up after a 503, like the native EventSource',
    // Both request the stream before the 503 period ends.
    second: 2_000,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 1')
      await page.click('[data-action=refuse]')
      await untilState(page, 'CLOSED')
      await untilStep(page, 'status 503')
      await untilText(page, '#response-summary', '503 from ')
      await untilText(page, '#response-body', 'Requested 503')
      await until(page, `document.querySelector('#native-state').textContent === 'CLOSED'`)
      await until(page, `document.querySelector('#verdict-state').textContent === 'same'`)
    },
  },
  {
    name: 'retries a 503 if the option is on, and marks that the native EventSource differs',
    // Both request the stream before the 503 period ends.
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await page.click('summary')
      await page.click('#retry-transient')
      await page.click('#connect')
      await untilText(page, '#messages', 'number 1')
      await page.click('[data-action=refuse]')
      await until(page, `document.querySelector('#native-state').textContent === 'CLOSED'`)
      await untilStep(page, 'status 503')
      await untilState(page, 'OPEN')
      await until(page, `document.querySelector('#verdict-state').textContent === 'differs'`)
      await untilText(page, '#differences', 'the native EventSource is CLOSED')
      assert.equal(await page.evaluate(`document.querySelector('#verdict-state').classList.contains('differs')`), true)
    },
  },
  {
    name: 'shows the time since the last message while the stream stalls',
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 1')
      await page.click('[data-action=stall]')
      await untilText(page, '#control-result', 'sends nothing')
      await until(page, `/^(1\\.[5-9]|[2-9]\\.\\d) s$/.test(document.querySelector('#since').textContent)`)
      const before = await counted(page)
      await until(page, `${COUNT} > ${before}`)
      await untilState(page, 'OPEN')
    },
  },
  {
    name: `counts a burst of ${BURST} messages and stays responsive`,
    // The connections number their messages separately, so both must get the burst between the same two messages.
    second: 3_000,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 1')
      await until(page, `/^No differences so far: [1-9]/.test(document.querySelector('#native-note').textContent)`)
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
      await page.click('[data-action=burst]')
      await until(page, `${COUNT} > ${BURST}`)
      // The other messages are numbered.
      await until(
        page,
        `/^number \\d+$/.test([...document.querySelectorAll('#messages .message-data')].at(-1).textContent)`,
      )
      const [number, own] = (await page.evaluate(
        `['.message-number', '.message-data'].map((part) => document.querySelector('#messages li:last-child ' + part).textContent)`,
      )) as [string, string]
      assert.equal(number, `#${BURST + Number(own.replace('number ', ''))}`)
      assert.equal((await texts(page, '#messages li')).length, 200)
      assert.match(
        await text(page, '#messages-note'),
        /^Showing the newest 200 of 10,\d{3} messages; 9,\d{3} are hidden\.$/,
      )
      const [longest, all] = (await page.evaluate('[window.longest, performance.now() - window.started]')) as [
        number,
        number,
      ]
      // A busy machine stretches both values; in a frozen page, `longest` is most of `all`.
      assert.ok(longest < Math.max(2_500, all / 2), `the page froze for ${longest} of ${all} ms`)
      await until(page, `document.querySelector('#native-note').textContent.startsWith('No differences so far: 10,')`)
    },
  },
]
