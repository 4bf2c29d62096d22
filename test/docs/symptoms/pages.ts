/** Symptoms in browsers, in Chromium. */

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { until } from '../program.ts'
import { type Answer, stream } from '../servers.ts'
import type { Scene, Symptom, Symptoms } from './scene.ts'

/** Globals of the test page: the package, and the events that the current source has fired. */
declare const everysource: { EventSource: typeof EventSource }
declare let fired: string[]

const without = missingBrowser()

/** Opens a page whose console may report such errors, and passes on what it logs. */
async function onPage(
  scene: Scene,
  expected: RegExp,
  use: (page: Page, logged: string[]) => Promise<void>,
): Promise<void> {
  const { origin } = await scene.servePage()
  await withPage(
    origin,
    async (page) => {
      const logged: string[] = []
      page.on('console', (message) => logged.push(message.text()))
      await use(page, logged)
    },
    expected,
  )
}

/** Follows a stream in the page, with its events in `fired`. */
async function follow(page: Page, url: string, init: object = {}): Promise<void> {
  await page.evaluate(
    ({ to, options }) => {
      // A new array: an earlier source may still be firing.
      const events: string[] = []
      fired = events
      const source = new everysource.EventSource(to, options)
      source.onopen = () => events.push('open')
      source.onmessage = ({ data }) => events.push(String(data))
      source.onerror = (event) => events.push((event as Event & { error: { reason: string } }).error.reason)
    },
    { to: url, options: init },
  )
}

/** Resolves when these events have been fired, in this order. */
async function fires(page: Page, ...events: string[]): Promise<void> {
  await page.waitForFunction((count) => fired.length >= count, events.length)
  expect((await page.evaluate(() => fired)).slice(0, events.length)).toEqual(events)
}

/** A stream of another origin that ends after its message. Without `headersAllowed`, the preflight fails. */
const crossOrigin =
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
    const server = await scene.serve(crossOrigin(allowed))
    await onPage(scene, /CORS policy|ERR_FAILED/, async (page) => {
      await follow(page, `${server.origin}/events`, init)
      await fires(page, ...events)
    })
  },
})

export const PAGES: Symptoms = {
  'The response has a MIME type that is not "text/event-stream"': [
    {
      fact: 'the native EventSource logs this, and ours has the reason and the body',
      without,
      run: async (scene) => {
        const server = await scene.serve((response) => {
          response.writeHead(200, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*' }).end('Log in')
        })
        await onPage(scene, /MIME type/, async (page, logged) => {
          await page.evaluate((url) => {
            new EventSource(url)
          }, server.origin)
          await until(() => {
            expect(logged).toContain(
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

  'Blocked by CORS policy': [
    {
      fact: 'the program gets a network failure, the console has the cause, and the header fixes it',
      without,
      run: async (scene) => {
        const server = await scene.serve((response, { url }) => {
          if (url === '/allowed') response.setHeader('Access-Control-Allow-Origin', '*')
          stream(response, 'data: here\n\n')
        })
        await onPage(scene, /CORS policy|ERR_FAILED/, async (page, logged) => {
          await follow(page, server.origin)
          await fires(page, 'network')
          expect(logged.join('\n')).toContain('CORS policy')
          await follow(page, `${server.origin}/allowed`)
          await fires(page, 'open', 'here')
        })
      },
    },
  ],

  'A page connects once, then never again': [
    reconnects('the preflight for Last-Event-ID fails', undefined, ['open', 'here', 'ended', 'network']),
    reconnects('it reconnects if the server allows the header', 'Last-Event-ID', [
      'open',
      'here',
      'ended',
      'open',
      'here',
    ]),
    reconnects('the ID in the query does not need a preflight', undefined, ['open', 'here', 'ended', 'open', 'here'], {
      lastEventIdParameter: 'after',
    }),
  ],

  // test/servers shows that HTTP/2 allows more.
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
