/** Any URL: method, headers and body, both routes, errors and their fixes, and hostile data. */

import assert from 'node:assert/strict'
import { answerTo } from '../../demo/answer.ts'
import { startInspector } from '../../src/inspector/server/server.ts'
import { unusedOrigin } from '../cli/test-server.ts'
import { text, until, untilHere, untilText, type Page } from './driver.ts'
import { follow, followURL, texts, visit, type Scenario } from './scenario.ts'
import { HOSTILE } from './upstream.ts'
import {
  catchCopies,
  check,
  connectButton,
  copied,
  COUNT,
  figure,
  fill,
  LIST,
  NOTE,
  PANEL,
  press,
  pressRow,
  PROBLEM,
  READING,
  rowCount,
  select,
  untilRow,
  untilState,
  untilTab,
  valueOf,
} from './user.ts'

const PROMPT = 'Is <b>this</b> naïve?'
const FINDINGS = `${PANEL} li`
const KEEP_ALIVE = `document.querySelector('${PANEL}').innerText.match(/Keep-alive interval\\s+(.*)/)?.[1]`

export const requesting: Scenario[] = [
  {
    name: 'sends a method, headers and a body',
    async play({ page, demo }) {
      await visit(page, demo.url)
      await select(page, 'Stream', 'Another URL')
      await fill(page, 'URL', `${demo.url}chat?drop=16`)
      await fill(page, 'Method', 'post')
      await press(page, 'Request')
      await fill(page, 'Headers, one per line', 'Authorization: Bearer demo-token\nContent-Type: application/json')
      await fill(page, 'Body', JSON.stringify({ prompt: PROMPT }))
      await fill(page, 'Close at this event type or data', '[DONE]')
      await press(page, 'Connect')
      const answer = answerTo(PROMPT)
      await until(page, `${figure('Messages')} === '${answer.length + 1}'`)
      await untilState(page, 'CLOSED')
      await press(page, 'Text')
      assert.equal(await text(page, READING), `You${PROMPT}Answer${answer.join('')}`)
      await untilTab(page, 'Timeline', 'with Last-Event-ID: ')
      assert.match(
        (await texts(page, '[aria-label="Connection log"] li')).join('\n'),
        /with Last-Event-ID: [0-9a-f]{8}\.\d+ \(POST \/chat\?drop=16\)/,
      )
      await untilTab(page, 'Headers', 'Bearer demo-token')
    },
  },
  {
    name: 'shows the interval of keep-alives',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await followURL(page, `${upstream.url}/keep-alives`)
      await untilState(page, 'OPEN')
      await untilTab(page, 'Timeline', 'Keep-alive interval')
      assert.equal(await page.evaluate(KEEP_ALIVE), 'unknown')
      await until(page, `${KEEP_ALIVE} !== 'unknown'`)
      // On a busy machine, comments may be late.
      assert.match(String(await page.evaluate(KEEP_ALIVE)), /^(?:9\d\d ms|[1-5]\.\d s)$/)
    },
  },
  {
    name: 'shows errors at the invalid field',
    async play({ page, demo }) {
      await visit(page, demo.url)
      await followURL(page, 'ftp://example.org')
      await untilText(page, '[role=alert]', 'must start with http:// or https://')
      assert.equal(await page.evaluate(`document.activeElement.labels[0].textContent`), 'URL')
      await fill(page, 'URL', demo.url)
      await press(page, 'Request')
      await fill(page, 'Headers, one per line', 'Cookie: a=1')
      await press(page, 'Request')
      await press(page, 'Connect')
      await untilText(page, '[role=alert]', 'let pages send the header Cookie')
      assert.equal(await page.evaluate(`document.activeElement.labels[0].textContent`), 'Headers, one per line')
      assert.equal(await text(page, 'output'), 'CLOSED')
    },
  },
  {
    name: 'keeps the open stream while a field is invalid, and disconnects it',
    async play(stage) {
      const { page } = stage
      await follow(stage, '/numbers')
      await untilRow(page, 'number 1')
      await fill(page, 'Method', 'TRACE')
      await press(page, 'Reconnect')
      await untilText(page, '[role=alert]', "fetch can't send the method TRACE")
      const before = Number(await page.evaluate(COUNT))
      await until(page, `${COUNT} > ${before}`)
      assert.equal(await text(page, 'output'), 'OPEN')
      await press(page, 'Disconnect')
      await untilState(page, 'CLOSED')
    },
  },
  {
    name: 'shows the end of an answer as no error',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await select(page, 'Stream', 'Another URL')
      await fill(page, 'URL', `${upstream.url}/answer`)
      await press(page, 'Request')
      await check(page, 'Reconnect')
      await press(page, 'Connect')
      await untilRow(page, 'The event stream has ended')
      // No second connection for the comparison, unless the user turns it on.
      assert.equal(upstream.seen.filter(({ url }) => url === '/answer').length, 1)
      await press(page, 'Next error')
      await untilText(page, NOTE, 'No errors so far')
    },
  },
  {
    name: 'shows hostile data as text',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await followURL(page, `${upstream.url}/hostile`)
      await untilRow(page, HOSTILE)
      await untilRow(page, 'token')
      await pressRow(page, HOSTILE)
      await untilTab(page, 'Message', HOSTILE)
      await untilTab(page, 'Headers', HOSTILE)
      await untilTab(page, 'Diagnosis', '<img')
      await press(page, 'Text')
      await untilText(page, READING, HOSTILE)
      await followURL(page, `${upstream.url}/refused`)
      await untilTab(page, 'Headers', HOSTILE)
      assert.equal(await page.evaluate(`document.querySelectorAll('main img, main script').length`), 0)
      assert.doesNotMatch(String(await page.evaluate('document.title')), /hacked/)
    },
  },
  {
    name: 'explains a response that CORS blocks once, with the command to inspect it',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await followURL(page, `${upstream.url}/private`)
      await untilText(
        page,
        PROBLEM,
        `${upstream.url} responds, but does not allow this page to read the response (CORS)`,
      )
      await untilTab(page, 'Diagnosis', `npx everysource inspect ${upstream.url}/private`)
      assert.equal((await texts(page, FINDINGS)).length, 1)
      await catchCopies(page)
      await press(page, 'Copy')
      assert.equal(await copied(page), `npx everysource inspect ${upstream.url}/private`)
      await press(page, 'Disconnect')
    },
  },
  {
    name: 'explains a refused port once',
    async play({ page, demo }) {
      await visit(page, demo.url)
      const origin = await unusedOrigin()
      await followURL(page, `${origin}/nothing`)
      await untilTab(page, 'Diagnosis', `No response from ${origin}.`)
      const [only, ...others] = await texts(page, FINDINGS)
      assert.deepEqual(others, [])
      assert.doesNotMatch(only ?? '', /CORS/)
      await followURL(page, 'http://127.0.0.1:1/nothing')
      await untilTab(page, 'Diagnosis', 'fetch blocks port 1')
      assert.equal((await texts(page, FINDINGS)).length, 1)
      await press(page, 'Disconnect')
    },
  },
  {
    name: 'offers what may help beside a failure: a token after a 401, POST after a 405',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await followURL(page, `${upstream.url}/token`)
      await untilText(page, PROBLEM, 'status 401')
      await press(page, 'Add a token')
      // Typing replaces the placeholder.
      assert.equal(await page.evaluate(`document.activeElement.value`), 'Authorization: Bearer <token>')
      assert.equal(
        await page.evaluate(
          `getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)`,
        ),
        '<token>',
      )
      for (const key of 'abc') await page.press(key)
      assert.equal(await valueOf(page, 'Headers, one per line'), 'Authorization: Bearer abc')
      await press(page, 'Connect')
      await untilRow(page, 'welcome')
      await untilState(page, 'OPEN')

      await followURL(page, `${upstream.url}/post-only`)
      await untilText(page, PROBLEM, 'status 405')
      await press(page, 'Use POST')
      assert.equal(await valueOf(page, 'Method'), 'POST')
      for (const key of 'hello') await page.press(key)
      await press(page, 'Connect')
      await untilRow(page, 'got hello')
      await press(page, 'Disconnect')
    },
  },
  {
    name: 'diagnoses unframed data, a wrong Content-Type and buffering',
    // At a higher speed, the pauses between bursts would be too short to detect.
    second: 500,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/events/unframed')
      await untilText(page, PROBLEM, 'no blank line after')
      await follow(stage, '/events/wrong-type')
      await untilState(page, 'CLOSED')
      await untilText(page, PROBLEM, 'looks like an event stream, but has the Content-Type')
      await press(page, 'Details')
      await untilText(page, PANEL, 'Content-Type: text/event-stream')
      await follow(stage, '/events/buffered')
      await untilTab(page, 'Diagnosis', 'Events arrive in bursts')
      await press(page, 'Disconnect')
    },
  },
  {
    name: 'connects automatically, forwards any header without CORS, for the native EventSource too, and cancels when the page is left',
    async play({ page, demo, upstream }) {
      const inspector = await startInspector({ url: `${upstream.url}/short`, method: 'GET', headers: '', body: '' })
      try {
        await visit(page, inspector.url)
        // Otherwise, later rows push it out of view.
        await fill(page, 'Filter by text', 'Last-Event-ID: 2 ')
        await untilRow(page, 'Reconnecting with Last-Event-ID: 2 ')
        await press(page, 'Clear the filter')
        await untilTab(page, 'Headers', 'x-own')
        await untilText(page, PANEL, 'Access-Control-Allow-Origin is missing')
        const before = upstream.seen.length
        await press(page, 'Request')
        await check(page, 'Compare with the native')
        assert.equal(await connectButton(page), 'Reconnect')
        await press(page, 'Reconnect')
        await untilTab(page, 'Native', 'identical message')
        // The delay of the native EventSource is up to the browser.
        const reconnections = (): number =>
          upstream.seen.slice(before).filter(({ headers }) => headers['last-event-id'] === '2').length
        await untilHere(() => reconnections() >= 2, 'both reconnected')
        await press(page, 'Disconnect')

        await fill(page, 'URL', `${upstream.url}/private`)
        await fill(page, 'Headers, one per line', 'Cookie: session=1')
        await press(page, 'Connect')
        await untilText(page, LIST, 'GET /private')
        await untilState(page, 'OPEN')
        const last = upstream.seen.filter(({ url }) => url === '/private').at(-1)
        assert.equal(last?.headers.cookie, 'session=1')
        await page.goto(`${demo.url}pages/index.html`)
        await untilHere(() => upstream.open() === 0, 'the request is canceled')
      } finally {
        await inspector.close()
      }
    },
  },
  {
    name: 'leaves the arrow keys to the controls',
    async play({ page, upstream }) {
      const inspector = await startInspector({ url: `${upstream.url}/public`, method: 'GET', headers: '', body: '' })
      try {
        await visit(page, inspector.url)
        await untilState(page, 'OPEN')
        await press(page, 'Request')
        await check(page, 'Forwarded')
        await page.press('ArrowUp')
        await until(page, `document.activeElement.labels[0].textContent.trim().startsWith('Direct')`)
        assert.equal(await page.evaluate('document.activeElement.checked'), true)
        await press(page, 'Disconnect')
      } finally {
        await inspector.close()
      }
    },
  },
  {
    name: 'does not send a POST again when the page is reloaded, and does not connect without a URL',
    async play({ page, upstream }) {
      const body = { headers: 'Content-Type: text/plain', body: 'x' }
      const inspector = await startInspector({ url: `${upstream.url}/post-only`, method: 'POST', ...body })
      const empty = await startInspector({ url: '', method: 'GET', headers: '', body: '' })
      try {
        await visit(page, inspector.url)
        await untilRow(page, 'got x')
        const sent = upstream.seen.length
        await page.evaluate('void setTimeout(() => location.reload())')
        await untilReloaded(page)
        assert.equal(await text(page, 'output'), 'CLOSED')
        assert.equal(upstream.seen.length, sent)
        await visit(page, empty.url)
        assert.equal(await text(page, '[role=alert]'), '')
        assert.equal(await connectButton(page), 'Connect')
      } finally {
        await Promise.all([inspector.close(), empty.close()])
      }
    },
  },
]

/** Waits for the page after a reload, during which it can't be asked. */
async function untilReloaded(page: Page): Promise<void> {
  for (;;) {
    const rows = await rowCount(page).catch(() => undefined)
    if (rows === 0) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await until(page, `document.documentElement.dataset.ready === 'true'`)
}
