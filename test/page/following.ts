/** Following the demo's streams, and what its buttons do to them. */

import assert from 'node:assert/strict'
import { BURST } from '../../demo/control.ts'
import { text, until, untilHere, untilText } from './driver.ts'
import { COUNT, counted, follow, texts, untilState, untilStep, type Scenario } from './scenario.ts'

export const following: Scenario[] = [
  {
    name: 'a stream is chosen, its messages come, and it is closed',
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
      await untilText(page, '#native-note', 'No difference so far')
      // Ours and the native one.
      assert.equal(demo.openStreams('/numbers'), 2)
      await page.click('#close')
      await untilState(page, 'CLOSED')
      await untilStep(page, 'Closed by the page')
      await untilHere(() => demo.openStreams('/numbers') === 0, 'both have left')
    },
  },
  {
    name: 'the typewriter types, and the answer of the chat is a text beside its question',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/article')
      await untilText(page, '#reading', 'Hello there.')
      await untilState(page, 'CLOSED')
      assert.equal(await text(page, '#reading'), 'Hello there.')
      await follow(stage, '/chat')
      await untilText(page, '#reading', 'no word is lost when the connection is.')
      await untilState(page, 'CLOSED')
      assert.match(await text(page, '#reading'), /^YouHello thereAnswerYou said “Hello there”\. I am no model/)
      assert.match(await text(page, '#native-note'), /it can only send GET, and this is a POST/)
    },
  },
  {
    name: 'dropped, it comes back with the Last-Event-ID that the timeline shows, and nothing is lost',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 2')
      await page.click('[data-action=drop]')
      await untilText(page, '#control-told', 'has been dropped')
      await untilStep(page, 'Connecting again, with Last-Event-ID: ')
      const steps = await texts(page, '#steps li')
      const again = steps.find((step) => step.includes('Connecting again')) ?? ''
      const [, sent = ''] = /with Last-Event-ID: (\d+) /.exec(again) ?? []
      assert.ok(Number(sent) >= 2, again)
      assert.ok(
        steps.some((step) => /lost.* (?:broke off|has ended).* Again in \d+ ms\./.test(step)),
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
    name: 'a 503 fails it for good, as the standard says, and the native one too',
    // Both come back before it is over.
    second: 2_000,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 1')
      await page.click('[data-action=refuse]')
      await untilState(page, 'CLOSED')
      await untilStep(page, 'status 503')
      await untilText(page, '#answer-summary', '503 from ')
      await untilText(page, '#answer-body', 'This is the 503 that was asked for.')
      await until(page, `document.querySelector('#native-state').textContent === 'CLOSED'`)
      await until(page, `document.querySelector('#verdict-state').textContent === 'same'`)
    },
  },
  {
    name: 'told to be patient with 503 it comes back, the native one does not, and that is marked',
    // Both come back before it is over.
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await page.click('summary')
      await page.click('#patient')
      await page.click('#connect')
      await untilText(page, '#messages', 'number 1')
      await page.click('[data-action=refuse]')
      await until(page, `document.querySelector('#native-state').textContent === 'CLOSED'`)
      await untilStep(page, 'status 503')
      await untilState(page, 'OPEN')
      await until(page, `document.querySelector('#verdict-state').textContent === 'differs'`)
      await untilText(page, '#differences', 'the native EventSource CLOSED')
      assert.equal(await page.evaluate(`document.querySelector('#verdict-state').classList.contains('differs')`), true)
    },
  },
  {
    name: 'stalled, the time since the last message grows, and then it goes on',
    second: 800,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 1')
      await page.click('[data-action=stall]')
      await untilText(page, '#control-told', 'Nothing is sent')
      await until(page, `/^(1\\.[5-9]|[2-9]\\.\\d) s$/.test(document.querySelector('#since').textContent)`)
      const before = await counted(page)
      await until(page, `${COUNT} > ${before}`)
      await untilState(page, 'OPEN')
    },
  },
  {
    name: `a burst of ${BURST} messages is counted whole, and does not freeze the page`,
    // The two connections number their messages separately: both must get the burst between the same two.
    second: 3_000,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilText(page, '#messages', 'number 1')
      await until(page, `/^No difference so far: [1-9]/.test(document.querySelector('#native-note').textContent)`)
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
      // Whatever else came is numbered.
      await until(
        page,
        `/^number \\d+$/.test([...document.querySelectorAll('#messages .message-data')].at(-1).textContent)`,
      )
      const [number, own] = (await page.evaluate(
        `['.message-number', '.message-data'].map((part) => document.querySelector('#messages li:last-child ' + part).textContent)`,
      )) as [string, string]
      assert.equal(number, `#${BURST + Number(own.replace('number ', ''))}`)
      assert.equal((await texts(page, '#messages li')).length, 200)
      assert.match(await text(page, '#messages-note'), /^The newest 200 of 10,\d{3} messages; 9,\d{3} are not shown\.$/)
      const [longest, all] = (await page.evaluate('[window.longest, performance.now() - window.started]')) as [
        number,
        number,
      ]
      // A busy machine stretches both; a page that stands still does little else.
      assert.ok(longest < Math.max(2_500, all / 2), `the page stood still for ${longest} of ${all} ms`)
      await until(page, `document.querySelector('#native-note').textContent.startsWith('No difference so far: 10,')`)
    },
  },
]
