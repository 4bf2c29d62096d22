/** Of what browsers do, in Chromium. */

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { until } from '../program.ts'
import { type Answer, stream } from '../servers.ts'
import type { Scene, Symptom, Symptoms } from './scene.ts'

/** What a page of the tests knows: the package, and what its sources have fired. */
declare const everysource: { EventSource: typeof EventSource }
declare let told: string[]

const without = missingBrowser()

/** A page whose console may complain of such things, and what its console says. */
async function onPage(
  scene: Scene,
  expected: RegExp,
  use: (page: Page, said: string[]) => Promise<void>,
): Promise<void> {
  const { origin } = await scene.servePage()
  await withPage(
    origin,
    async (page) => {
      const said: string[] = []
      page.on('console', (message) => said.push(message.text()))
      await use(page, said)
    },
    expected,
  )
}

/** Follows a stream in the page; what it has fired is in `told`. */
async function follow(page: Page, url: string, init: object = {}): Promise<void> {
  await page.evaluate(
    ({ to, options }) => {
      // Another source that is still there must not tell its own here.
      const events: string[] = []
      told = events
      const source = new everysource.EventSource(to, options)
      source.onopen = () => events.push('open')
      source.onmessage = ({ data }) => events.push(String(data))
      source.onerror = (event) => events.push((event as Event & { error: { reason: string } }).error.reason)
    },
    { to: url, options: init },
  )
}

/** Resolves when these events have been fired, in this order. */
async function hears(page: Page, ...events: string[]): Promise<void> {
  await page.waitForFunction((count) => told.length >= count, events.length)
  expect((await page.evaluate(() => told)).slice(0, events.length)).toEqual(events)
}

/** A stream of another origin that ends after its message, and what its server allows by CORS. */
const ofAnotherOrigin =
  (headersAllowed: string | undefined): Answer =>
  (response, { method }) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    if (method !== 'OPTIONS') {
      stream(response)
      response.end('retry: 10\nid: 1\ndata: here\n\n')
    } else if (headersAllowed === undefined) {
      response.writeHead(404).end()
    } else {
      response.writeHead(204, { 'Access-Control-Allow-Headers': headersAllowed }).end()
    }
  }

const reconnects = (fact: string, allowed: string | undefined, events: string[], init?: object): Symptom => ({
  fact,
  without,
  run: async (scene) => {
    const server = await scene.serve(ofAnotherOrigin(allowed))
    await onPage(scene, /CORS policy|ERR_FAILED/, async (page) => {
      await follow(page, `${server.origin}/events`, init)
      await hears(page, ...events)
    })
  },
})

export const PAGES: Symptoms = {
  'It is not text/event-stream; an error about a MIME type': [
    {
      fact: "Chromium's own says this, and ours has the reason and the body",
      without,
      run: async (scene) => {
        const server = await scene.serve((response) => {
          response.writeHead(200, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*' }).end('Log in')
        })
        await onPage(scene, /MIME type/, async (page, said) => {
          await page.evaluate((url) => {
            new EventSource(url)
          }, server.origin)
          await until(() => {
            expect(said).toContain(
              `EventSource's response has a MIME type ("text/html") that is not "text/event-stream". Aborting the connection.`,
            )
          })
        })
        const { failures } = scene.follow(server.origin)
        await until(() => {
          expect(failures).toMatchObject([{ reason: 'content-type', body: 'Log in' }])
        })
      },
    },
  ],

  'The console speaks of CORS': [
    {
      fact: 'the program sees a network failure, the console says why, and the header mends it',
      without,
      run: async (scene) => {
        const server = await scene.serve((response, { url }) => {
          if (url === '/allowed') response.setHeader('Access-Control-Allow-Origin', '*')
          stream(response, 'data: here\n\n')
        })
        await onPage(scene, /CORS policy|ERR_FAILED/, async (page, said) => {
          await follow(page, server.origin)
          await hears(page, 'network')
          expect(said.join('\n')).toContain('CORS policy')
          await follow(page, `${server.origin}/allowed`)
          await hears(page, 'open', 'here')
        })
      },
    },
  ],

  'A page connects once, and not again': [
    reconnects('the preflight for Last-Event-ID fails', undefined, ['open', 'here', 'ended', 'network']),
    reconnects('a server that allows the header', 'Last-Event-ID', ['open', 'here', 'ended', 'open', 'here']),
    reconnects('the ID in the query has no preflight', undefined, ['open', 'here', 'ended', 'open', 'here'], {
      lastEventIdParameter: 'after',
    }),
  ],

  // That HTTP/2 has room for more is in test/servers.
  'The seventh stream of a page never opens': [
    {
      fact: 'it waits until one of the six is closed',
      without,
      run: async (scene) => {
        const server = await scene.serve((response) => {
          response.setHeader('Access-Control-Allow-Origin', '*')
          stream(response)
        })
        await onPage(scene, /^$/, async (page) => {
          await page.evaluate((url) => {
            const sources = Array.from({ length: 7 }, () => new everysource.EventSource(url))
            Object.assign(globalThis, { sources })
          }, server.origin)
          await until(() => {
            expect(server.requests).toHaveLength(6)
          })
          await scene.silence()
          expect(server.requests).toHaveLength(6)
          await page.evaluate(() => {
            const { sources } = globalThis as unknown as { sources: EventSource[] }
            sources.find(({ readyState }) => readyState === 1)?.close()
          })
          await until(() => {
            expect(server.requests).toHaveLength(7)
          })
        })
      },
    },
  ],
}
