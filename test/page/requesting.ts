/** Any URL: method, headers and body, both routes, errors, and hostile data. */

import assert from 'node:assert/strict'
import { answerTo } from '../../demo/answer.ts'
import { startInspector } from '../../src/inspector/server/server.ts'
import { text, until, untilHere, untilText, type Page } from './driver.ts'
import { follow, texts, typeURL, untilState, untilStep, visit, type Scenario } from './scenario.ts'
import { HOSTILE } from './upstream.ts'

const PROMPT = 'Is <b>this</b> naïve?'

export const requesting: Scenario[] = [
  {
    name: 'sends a method, headers and a body',
    async play({ page, demo }) {
      await visit(page, demo.url)
      await typeURL(page, `${demo.url}chat?drop=16`)
      await page.click('summary')
      await page.type('#method', 'post')
      await page.type('#headers', 'Authorization: Bearer demo-token\nContent-Type: application/json')
      await page.type('#body', JSON.stringify({ prompt: PROMPT }))
      await page.type('#close-at', '[DONE]')
      await page.click('#connect')
      const answer = answerTo(PROMPT)
      await untilStep(page, 'Reconnecting in')
      await untilState(page, 'CLOSED')
      assert.equal(await text(page, '#count'), String(answer.length + 1))
      await page.evaluate(
        `void (document.querySelector('#view').value = 'text', document.querySelector('#view').dispatchEvent(new Event('change')))`,
      )
      assert.equal(await text(page, '#reading'), `You${PROMPT}Answer${answer.join('')}`)
      assert.match(
        (await texts(page, '#steps li')).join('\n'),
        /with Last-Event-ID: [0-9a-f]{8}\.\d+ \(POST \/chat\?drop=16\)/,
      )
    },
  },
  {
    name: 'shows the interval of keep-alives',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await typeURL(page, `${upstream.url}/keep-alives`)
      await page.click('#connect')
      await untilState(page, 'OPEN')
      assert.equal(await text(page, '#keep-alive'), 'unknown')
      await until(page, `document.querySelector('#keep-alive').textContent !== 'unknown'`)
      // On a busy machine, comments may be late.
      assert.match(await text(page, '#keep-alive'), /^(?:9\d\d ms|[1-5]\.\d s)$/)
    },
  },
  {
    name: 'shows errors at the invalid field',
    async play({ page, demo }) {
      await visit(page, demo.url)
      await typeURL(page, 'ftp://example.org')
      await page.click('#connect')
      await untilText(page, '#form-error', 'must start with http:// or https://')
      assert.equal(await page.evaluate(`document.activeElement.id`), 'url')
      await page.type('#url', demo.url)
      await page.click('summary')
      await page.type('#headers', 'Cookie: a=1')
      await page.click('#connect')
      await untilText(page, '#form-error', 'let pages send the header Cookie')
      assert.equal(await text(page, '#state'), 'CLOSED')
    },
  },
  {
    name: 'shows hostile data as text',
    async play({ page, demo, upstream }) {
      const title = await (async () => {
        await visit(page, demo.url)
        return page.evaluate('document.title')
      })()
      await typeURL(page, `${upstream.url}/hostile`)
      await page.click('#connect')
      await untilText(page, '#messages', `id ${HOSTILE}${HOSTILE}`)
      await untilText(page, '#messages', 'token')
      await untilText(page, '#response-headers', HOSTILE)
      await untilText(page, '#findings', '<img')
      await page.evaluate(
        `void (document.querySelector('#view').value = 'text', document.querySelector('#view').dispatchEvent(new Event('change')))`,
      )
      await untilText(page, '#reading', HOSTILE)
      await typeURL(page, `${upstream.url}/refused`)
      await page.click('#connect')
      await untilText(page, '#response-body', HOSTILE)
      assert.equal(await page.evaluate(`document.querySelectorAll('main img, main script').length`), 0)
      assert.equal(await page.evaluate('document.title'), title)
    },
  },
  {
    name: 'distinguishes a CORS error from an unreachable server and shows the command to inspect it',
    async play({ page, demo, upstream }) {
      await visit(page, demo.url)
      await typeURL(page, `${upstream.url}/private`)
      await page.click('#connect')
      await untilText(
        page,
        '#findings',
        `${upstream.url} responds, but does not allow this page to read the response (CORS)`,
      )
      await untilText(page, '#findings', `npx everysource inspect ${upstream.url}/private`)
      await typeURL(page, 'http://127.0.0.1:1/nothing')
      await page.click('#connect')
      await untilText(page, '#findings', 'No response from http://127.0.0.1:1')
      await page.click('#close')
    },
  },
  {
    name: 'diagnoses unframed data, a wrong Content-Type and buffering',
    // At a higher speed, the pauses between bursts would be too short to detect.
    second: 500,
    async play(stage) {
      const { page } = stage
      await follow(stage, '/events/unframed')
      await untilText(page, '#findings', 'no blank line after')
      await follow(stage, '/events/wrong-type')
      await untilState(page, 'CLOSED')
      await untilText(page, '#findings', 'looks like an event stream, but has the Content-Type')
      await follow(stage, '/events/buffered')
      await untilText(page, '#findings', 'Events arrive in bursts')
      await page.click('#close')
    },
  },
  {
    name: 'forwards any header without CORS, for the native EventSource too, and cancels when the page is left',
    async play({ page, demo, upstream }) {
      const inspector = await startInspector({ url: `${upstream.url}/short`, method: 'GET', headers: '', body: '' })
      try {
        const before = upstream.seen.length
        await visit(page, inspector.url)
        await openDetails(page)
        await page.click('#compares')
        await page.click('#connect')
        await untilStep(page, 'Reconnecting with Last-Event-ID: 2 ')
        await untilText(page, '#messages', 'id 4')
        await untilText(page, '#response-headers', 'x-own')
        await untilText(page, '#response-summary', 'Access-Control-Allow-Origin is missing')
        await untilText(page, '#native-note', 'No differences so far')
        // The delay of the native EventSource is up to the browser.
        const reconnections = (): number =>
          upstream.seen.slice(before).filter(({ headers }) => headers['last-event-id'] === '2').length
        await untilHere(() => reconnections() >= 2, 'both reconnected')
        await page.click('#close')

        await page.type('#url', `${upstream.url}/private`)
        await page.type('#headers', 'Cookie: session=1')
        await page.click('#connect')
        await untilStep(page, 'GET /private')
        await untilText(page, '#messages', 'id 2')
        const last = upstream.seen.filter(({ url }) => url === '/private').at(-1)
        assert.equal(last?.headers.cookie, 'session=1')
        await page.goto(`${demo.url}pages/index.html`)
        await untilHere(() => upstream.open() === 0, 'the request is canceled')
      } finally {
        await inspector.close()
      }
    },
  },
]

async function openDetails(page: Page): Promise<void> {
  if ((await page.evaluate(`document.querySelector('details').open`)) === false) await page.click('summary')
}
