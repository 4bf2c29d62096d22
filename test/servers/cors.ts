/** Tests options of the `cors` package with a page of another origin, in Chromium. */

import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import cors, { type CorsOptions } from 'cors'
import express from 'express'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../browser/chromium.ts'
import { path } from '../conformance/bundle.ts'
import type { Suite } from '../tally.ts'
import { check } from './checks.ts'
import { absent } from './clients.ts'
import { Hosted } from './hosted.ts'
import { until } from './until.ts'

const TENANT = { headers: { 'X-Tenant': '7' } }

/** A server whose streams close after one message. */
interface Streams {
  url: string
  /** Methods and last event IDs of the requests. */
  requests: string[]
  stop: () => void
}

/** Events recorded in the page. */
type Happened = string[]

/** Script that follows a URL and records its events. */
const follow = (url: string, init: object): string => `
  happened = []
  source = new everysource.EventSource(${JSON.stringify(url)}, ${JSON.stringify(init)})
  source.onopen = () => happened.push('open')
  source.onmessage = ({ data }) => happened.push(data)
  source.addEventListener('news', ({ data }) => happened.push(data))
  source.onerror = ({ error }) => happened.push(error.status === 503 ? 'after ' + error.retryAfter : error.reason)`

export async function checkCORS(suite: Suite): Promise<void> {
  const reason = absent('chromium')
  if (reason !== undefined) {
    suite.missing(reason)
    return
  }
  const pages = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>')
  })
  const origin = await listening(pages)
  const browser = await launchChromium()

  /** Follows a server with these `cors` options from a page of another origin, until it has recorded `count` events. */
  const happens = async (
    options: CorsOptions | undefined,
    init: object,
    count: number,
  ): Promise<[Happened, string[]]> => {
    const streams = await start(options)
    try {
      return [await runInPage(browser, origin, follow(streams.url, init), count), streams.requests]
    } finally {
      streams.stop()
    }
  }

  await check(suite, 'the documented server works with credentials, a custom header and a reconnection', async () => {
    const hosted = await Hosted.start('express', { ORIGIN: origin })
    try {
      const page = await open(browser, origin)
      await page.evaluate(follow(`${hosted.origin}/events`, { ...TENANT, withCredentials: true }))
      await hosted.serves('events', 1)
      hosted.publish(['news', 'before'])
      await page.waitForFunction('happened.includes("before")')
      hosted.drop(['news', 'meanwhile'])
      await page.waitForFunction('happened.includes("meanwhile")')
      assert.deepEqual(await page.evaluate('happened'), ['open', 'before', 'network', 'open', 'meanwhile'])
      await page.context().close()
      await hosted.serves('events', 0)
    } finally {
      await hosted.stop()
    }
  })

  await check(
    suite,
    'cors() without options allows any header, including Last-Event-ID, but no credentials',
    async () => {
      const [happened, requests] = await happens(undefined, TENANT, 5)
      assert.deepEqual(happened, ['open', '1', 'ended', 'open', '2'])
      assert.deepEqual(requests.slice(0, 4), ['OPTIONS', 'GET', 'OPTIONS', 'GET after 1'])
      assert.deepEqual((await happens(undefined, { withCredentials: true }, 1))[0], ['network'])
    },
  )

  await check(suite, 'credentials need a named origin and credentials: true', async () => {
    const init = { withCredentials: true }
    assert.deepEqual((await happens({ origin, credentials: true }, init, 2))[0], ['open', '1'])
    assert.deepEqual((await happens({ origin }, init, 1))[0], ['network'])
    assert.deepEqual((await happens({ credentials: true }, init, 1))[0], ['network'])
  })

  await check(suite, "a stream can't reconnect if allowedHeaders lacks Last-Event-ID", async () => {
    const options = { allowedHeaders: ['X-Tenant'] }
    assert.deepEqual((await happens(options, TENANT, 5))[0], ['open', '1', 'ended', 'network', 'network'])
    const [happened] = await happens(options, { ...TENANT, lastEventIdParameter: 'after' }, 5)
    assert.deepEqual(happened, ['open', '1', 'ended', 'open', '2'])
  })

  await check(
    suite,
    'without custom headers, only a reconnection has a preflight; lastEventIdParameter avoids it',
    async () => {
      assert.deepEqual((await happens(undefined, {}, 5))[1].slice(0, 3), ['GET', 'OPTIONS', 'GET after 1'])
      const [, requests] = await happens(undefined, { lastEventIdParameter: 'after' }, 5)
      assert.deepEqual(requests.slice(0, 2), ['GET', 'GET'])
    },
  )

  await check(
    suite,
    'maxAge avoids preflights only if the cache mode is not no-store, the default of streams',
    async () => {
      const preflights = async (init: object): Promise<number> => {
        const [, requests] = await happens({ maxAge: 7_200 }, init, 11)
        const third = requests.indexOf('GET after 3')
        assert.ok(third > 0, requests.join())
        return requests.slice(0, third).filter((request) => request === 'OPTIONS').length
      }
      assert.equal(await preflights({}), 3)
      assert.equal(await preflights({ fetchOptions: { cache: 'default' } }), 1)
    },
  )

  await check(suite, 'Retry-After is readable only with exposedHeaders', async () => {
    const busy = { ...TENANT, headers: { 'X-Busy': '1' } }
    assert.deepEqual((await happens({ exposedHeaders: ['Retry-After'] }, busy, 1))[0], ['after 7000'])
    assert.deepEqual((await happens(undefined, busy, 1))[0], ['after undefined'])
  })

  await check(suite, 'over HTTP/1.1, six streams of a page are open at once, and the seventh waits', async () => {
    const hosted = await Hosted.start('express', { ORIGIN: origin })
    try {
      const page = await open(browser, origin)
      await page.evaluate(
        `sources = Array.from({ length: 7 }, () => new everysource.EventSource('${hosted.origin}/events'))`,
      )
      await hosted.serves('events', 6)
      await assert.rejects(hosted.serves('events', 7, 500))
      await page.evaluate('sources.find(({ readyState }) => readyState === 1).close()')
      await page.waitForFunction('sources.filter(({ readyState }) => readyState === 1).length === 6')
      await page.context().close()
    } finally {
      await hosted.stop()
    }
  })

  await browser.close()
  pages.closeAllConnections()
  pages.close()
}

async function start(options: CorsOptions | undefined): Promise<Streams> {
  const requests: string[] = []
  const app = express()
  app.use(({ method, headers: { 'last-event-id': id } }, _, next) => {
    requests.push(typeof id === 'string' ? `${method} after ${id}` : method)
    next()
  })
  app.use(options === undefined ? cors() : cors(options))
  let n = 0
  app.get('/events', (request, response) => {
    if (request.get('X-Busy') !== undefined) {
      response.status(503).set('Retry-After', '7').end()
      return
    }
    n++
    response.type('text/event-stream').end(`retry: 100\nid: ${n}\ndata: ${n}\n\n`)
  })
  const server = createServer(app)
  return {
    url: `${await listening(server)}/events`,
    requests,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function open(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.goto(origin)
  await page.addScriptTag({ path: path('dist/everysource.min.js') })
  return page
}

async function runInPage(browser: Browser, origin: string, script: string, count: number): Promise<Happened> {
  const page = await open(browser, origin)
  try {
    await page.evaluate(script)
    let happened: Happened = []
    await until(
      async () => {
        happened = await page.evaluate('happened')
        return happened.length >= count
      },
      () => `events: ${happened.join(', ')}`,
    )
    return happened.slice(0, count)
  } finally {
    await page.context().close()
  }
}
