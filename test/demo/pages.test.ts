/** The demo's pages in Chromium. */

import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { answerTo } from '../../demo/answer.ts'
import type { DemoServer } from '../../demo/server.ts'
import { ARTICLE } from '../../demo/streams.ts'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { isCI } from '../ci.ts'
import { openServer, SECOND, until } from './open.ts'

// In CI, a missing browser must fail the tests.
const skipped = findChromium() === undefined && !isCI()

describe.skipIf(skipped)(`pages in Chromium${skipped ? ', skipped: not installed, see CHROMIUM_PATH' : ''}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
    return () => browser.close()
  })

  /** Opens the page of a stream on a new server. */
  async function openPage(name: string, second = SECOND): Promise<{ page: Page; server: DemoServer }> {
    const server = await openServer({ second })
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } })
    const page = await context.newPage()
    page.setDefaultTimeout(120_000)
    const errors: Error[] = []
    page.on('pageerror', (error) => errors.push(error))
    const kinds = new Set<string>()
    page.on('request', (request) => kinds.add(request.resourceType()))
    onTestFinished(async () => {
      await context.close()
      expect(errors).toEqual([])
      // Requests of the native EventSource have this type.
      expect(kinds).not.toContain('eventsource')
    })
    await page.goto(`${server.url}pages/${name}.html`)
    return { page, server }
  }

  const lines = (page: Page) => page.locator('#list li').allTextContents()
  const state = (page: Page) => page.locator('#state').textContent()

  /** Waits for a line in the list. */
  const line = (page: Page, text: string | RegExp) => page.locator('#list li', { hasText: text }).first().waitFor()

  /** Clicks Close, and checks that the connection ends. */
  async function close({ page, server }: { page: Page; server: DemoServer }, path: string): Promise<void> {
    expect(server.openStreams(path)).toBe(1)
    await page.getByRole('button', { name: 'Close' }).click()
    await until(() => server.openStreams(path) === 0 && server.timers() === 0)
    expect(await state(page)).toBe('CLOSED')
    expect((await lines(page)).at(-1)).toBe('closed')
    expect(await page.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true)
  }

  test('links to all pages, which fit on a phone', async () => {
    const { page, server } = await openPage('index')
    const links = await page.locator('main').getByRole('link').all()
    expect(links).toHaveLength(10)
    const targets = await Promise.all(links.map((link) => link.getAttribute('href')))
    for (const target of targets) {
      await page.locator(`a[href="${target}"]`).click()
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), String(target)).toBe(true)
      await page.getByRole('link', { name: 'All streams' }).click()
      await page.getByRole('heading', { name: 'Event streams' }).waitFor()
    }
    await until(() => server.timers() === 0)
  })

  test('/article types the text twice', async () => {
    const { page, server } = await openPage('article')
    for (let time = 1; time <= 2; time++) {
      await page.getByText('Finished', { exact: true }).waitFor()
      expect(await page.locator('#text').textContent()).toBe(ARTICLE)
      await until(() => server.openStreams('/article') === 0 && server.timers() === 0)
      await page.getByRole('button', { name: 'Type it again' }).click()
    }
  })

  test('/article can be stopped', async () => {
    // Slow enough to stop it in the middle.
    const { page, server } = await openPage('article', 3_000)
    await page.locator('#text:text-matches("^H")').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await until(() => server.openStreams('/article') === 0 && server.timers() === 0)
    expect(await page.getByRole('status').textContent()).toBe('Stopped')
    const text = (await page.locator('#text').textContent()) ?? ''
    expect(text).not.toBe(ARTICLE)
    expect(ARTICLE.startsWith(text)).toBe(true)
  })

  test('/current-time starts, stops and restarts', async () => {
    const { page, server } = await openPage('current-time')
    expect(await page.getByRole('button', { name: 'Stop' }).isDisabled()).toBe(true)
    expect(server.openStreams('/current-time')).toBe(0)
    for (const opened of [1, 2]) {
      await page.getByRole('button', { name: 'Start' }).click()
      await page
        .locator('#list li.open')
        .nth(opened - 1)
        .waitFor()
      await line(page, / GMT$/)
      expect(await state(page)).toBe('OPEN')
      await page.getByRole('button', { name: 'Stop' }).click()
      await until(() => server.openStreams('/current-time') === 0 && server.timers() === 0)
      expect(await state(page)).toBe('CLOSED')
      expect((await lines(page)).at(-1)).toBe('stopped')
    }
  })

  test('/people lists a name and an age', async () => {
    const opened = await openPage('people')
    await line(opened.page, 'age: 36')
    expect(await lines(opened.page)).toEqual(['open', 'name: Ada', 'age: 36'])
    await close(opened, '/people')
  })

  test('/stream lists times with their IDs until closed', async () => {
    const opened = await openPage('stream')
    await line(opened.page, /^\d{4}-\S+ \(id \d+\)$/)
    expect((await lines(opened.page))[0]).toBe('open')
    await close(opened, '/stream')
  })

  test('/stream closes after ten seconds', async () => {
    const { page, server } = await openPage('index')
    await page.clock.install()
    await page.goto(`${server.url}pages/stream.html`)
    await line(page, /\(id \d+\)$/)
    await page.clock.fastForward(10_000)
    await line(page, 'closed after ten seconds')
    await until(() => server.openStreams('/stream') === 0 && server.timers() === 0)
  })

  test('/retry shows the reconnection time', async () => {
    const opened = await openPage('retry')
    await line(opened.page, /^connecttime: .* GMT; reconnection time: 10000 ms$/)
    await line(opened.page, / GMT$/)
    await close(opened, '/retry')
  })

  test('/retry on another host shows the error and a link to 127.0.0.1', async () => {
    const { page, server } = await openPage('index')
    await page.goto(`http://localhost:${server.port}/pages/retry.html`)
    await line(page, /^error: .*403/)
    expect(await state(page)).toBe('CLOSED')
    await page.getByRole('link', { name: 'open it on 127.0.0.1' }).click()
    await line(page, 'connecttime')
  })

  test('/events lists dates', async () => {
    const opened = await openPage('events')
    await line(opened.page, /Z$/)
    await close(opened, '/events')
  })

  test('/events/unframed stays open without messages', async () => {
    const opened = await openPage('events-unframed')
    await line(opened.page, 'open')
    // By the time the correct stream has messages, this one would too.
    const twin = await openPage('events')
    await line(twin.page, /Z$/)
    expect(await lines(opened.page)).toEqual(['open'])
    expect(await state(opened.page)).toBe('OPEN')
    await close(opened, '/events/unframed')
  })

  test('/drop reconnects with Last-Event-ID, loses nothing, and can be closed', async () => {
    const { page, server } = await openPage('drop', 200)
    await line(page, 'part 5')
    const list = await lines(page)
    const parts = list.filter((text) => text.startsWith('part'))
    expect(parts.slice(0, 5)).toEqual([1, 2, 3, 4, 5].map((number) => `part ${number} (id ${number})`))

    // When a response is interrupted, Chromium discards data that a busy page has not read. So the drop may come before
    // part 3, but the page must resume after its last part.
    const lost = list.findIndex((text) => text.startsWith('reconnecting'))
    expect(list[lost - 1]).toMatch(/^error: .* was interrupted/)
    const had = list.slice(0, lost).filter((text) => text.startsWith('part')).length
    expect(list[lost]).toBe(`reconnecting with Last-Event-ID: ${had === 0 ? '' : had}`)

    await page.getByRole('button', { name: 'Close' }).click()
    await until(() => server.openStreams('/drop') === 0 && server.timers() === 0)
    expect(await state(page)).toBe('CLOSED')
  })

  describe('/tabs', () => {
    const shows = (page: Page, id: string, text: string) => page.locator(`#${id}`, { hasText: text }).waitFor()

    /** Returns the numbers in the list. */
    async function numbers(page: Page): Promise<number[]> {
      return (await lines(page)).filter((text) => text.startsWith('number')).map((text) => Number(text.slice(7)))
    }

    async function openTab(page: Page): Promise<Page> {
      const opened = page.context().waitForEvent('page')
      await page.getByRole('link', { name: 'more tabs' }).click()
      const tab = await opened
      tab.setDefaultTimeout(120_000)
      return tab
    }

    test('shares one connection among tabs, and another tab takes over', async () => {
      const { page, server } = await openPage('tabs', 100)
      await shows(page, 'role', 'has the connection')
      await line(page, /^number \d+$/)
      const second = await openTab(page)
      const third = await openTab(page)
      for (const tab of [second, third]) {
        await line(tab, /^number \d+$/)
        await shows(tab, 'role', 'follows the tab with the connection')
        await shows(tab, 'state', 'OPEN')
        await shows(tab, 'connections', '1')
      }
      expect(server.openStreams('/tabs')).toBe(1)

      await page.getByRole('button', { name: 'Close' }).click()
      await shows(page, 'role', 'does not take part')
      await shows(page, 'state', 'CLOSED')
      await shows(second, 'role', 'has the connection')
      const count = (await numbers(second)).length
      await until(() => server.openStreams('/tabs') === 1)
      await second.locator('#list li.message').nth(count).waitFor()

      await page.getByRole('button', { name: 'Reopen' }).click()
      await shows(page, 'role', 'follows the tab with the connection')
      await second.close()
      await shows(third, 'role', 'has the connection')
      await third.getByRole('button', { name: 'Reconnect' }).click()
      await until(() => server.openStreams('/tabs') === 1)
      const before = (await numbers(third)).length
      await third.locator('#list li.message').nth(before).waitFor()
      const [start = 0, ...rest] = await numbers(third)
      expect(rest).toEqual(rest.map((_, index) => start + 1 + index))
      expect((await lines(third)).filter((text) => text.startsWith('error'))).toEqual([])

      await third.close()
      await shows(page, 'role', 'has the connection')
      await page.getByRole('button', { name: 'Close' }).click()
      await until(() => server.openStreams('/tabs') === 0 && server.timers() === 0)
    })
  })

  describe('/chat', () => {
    const answer = (page: Page) => page.locator('#text').textContent()
    const status = (page: Page, text: string) => page.locator('#status', { hasText: text }).waitFor()

    test('shows the whole answer after a drop, for any prompt', async () => {
      const { page, server } = await openPage('chat', 200)
      for (const prompt of ['Hello there', 'Naïve? <b>"Yes"</b> 👋']) {
        await page.getByLabel('Prompt').fill(prompt)
        await page.getByLabel('Prompt').press('Enter')
        await status(page, `Complete: ${answerTo(prompt).length} tokens, each received once`)
        expect(await answer(page)).toBe(answerTo(prompt).join(''))
        await line(page, /^reconnecting in \d+ ms, with Last-Event-ID: [0-9a-f]{8}\.\d+$/)
        expect(await state(page)).toBe('CLOSED')
        expect((await lines(page)).at(-1)).toBe('closed at [DONE]')
        await until(() => server.openStreams('/chat') === 0 && server.timers() === 0)
        // The focus stays in the field.
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('prompt')
      }
    })

    test('waits when rate limited', async () => {
      const { page } = await openPage('chat', 200)
      await page.getByLabel('Respond with 429').check()
      await page.getByLabel('Drop the connection').uncheck()
      await page.getByRole('button', { name: 'Send' }).click()
      await line(page, /^error: .*429/)
      await line(page, /^reconnecting in 1000 ms/)
      await status(page, 'Complete')
      expect(await answer(page)).toBe(answerTo('Hello there').join(''))
    })

    test('shows the reason for a 401', async () => {
      const { page } = await openPage('chat')
      await page.getByLabel('wrong token').check()
      await page.getByRole('button', { name: 'Send' }).click()
      await status(page, 'Failed: The bearer token is wrong: it must be "demo-token"')
      await line(page, /^error: .*401/)
      expect(await state(page)).toBe('CLOSED')
      expect(await answer(page)).toBe('')
      expect(await page.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true)
    })

    test('can be closed, and restarted in the middle of an answer', async () => {
      const opened = await openPage('chat', 10_000)
      const { page, server } = opened
      await page.getByLabel('Drop the connection').uncheck()
      for (let time = 1; time <= 2; time++) {
        await page.getByRole('button', { name: 'Send' }).click()
        await page.locator('#text:text-matches("^You")').waitFor()
      }
      await until(() => server.openStreams('/chat') === 1)
      await close(opened, '/chat')
      await status(page, 'Closed')
      expect(await answer(page)).not.toBe(answerTo('Hello there').join(''))
    })
  })

  test('lists an error, and reconnects', async () => {
    const { page, server } = await openPage('events')
    await line(page, /Z$/)
    await server.close()
    await page.locator('#list li.error').first().waitFor()
    expect(await state(page)).toBe('CONNECTING')
  })
})
