/** SWR's `useSWRSubscription` in a React component, in Chromium. The server is ours: any stream will do. */

import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { TOOLS } from '../workspace.ts'
import type { Client, Trial } from './client.ts'
import { onPage, shows, streamRequests } from './in-page.ts'
import { numbered, type Handler } from './server.ts'

/** Globals of the page. */
declare function render(...urls: string[]): void

/** Shows the messages of each URL in a separate component. */
const APP = `
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import useSWRSubscription from 'swr/subscription'

function subscribe(url, { next }) {
  const source = new Tried(url)
  source.onmessage = ({ data }) => next(null, (before = []) => [...before, data])
  source.onerror = (event) => {
    if (source.readyState === source.CLOSED) next(event)
  }
  return () => source.close()
}

function News({ url }) {
  const { data = [], error } = useSWRSubscription(url, subscribe)
  return <p>{error ? error.error?.status ?? error.code ?? 'failed' : data.join('')}</p>
}

const root = createRoot(document.querySelector('main'))
globalThis.render = (...urls) => root.render(<StrictMode>{urls.map((url, n) => <News url={url} key={n} />)}</StrictMode>)
`

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: APP, loader: 'jsx', resolveDir: TOOLS },
    bundle: true,
    write: false,
    jsx: 'automatic',
    // StrictMode has no effect in production.
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return outputFiles.map(({ text }) => text).join('')
}

let script: Promise<string> | undefined

function trial(name: string, handler: Handler, use: Parameters<typeof onPage>[3], urls = ['/events']): Trial {
  return {
    name,
    async run(_, implementation) {
      script ??= bundled()
      const html = `<main></main><script>${(await script).replaceAll('</script', '<\\/script')}</script>`
      await onPage(implementation, html, handler, async (page, server) => {
        await page.evaluate((shown) => {
          render(...shown)
        }, urls)
        await use(page, server)
      })
    },
  }
}

const TWO = 'message 1message 2'

export const client: Client = {
  name: 'SWR `useSWRSubscription`',
  packages: ['swr', 'react'],
  runsIn: 'page',
  how: 'useSWRSubscription(url, (url, { next }) => { const source = new EventSource(url); … return () => source.close() })',
  others: { eventsource: [], native: ['`error` has the status'] },
  trials: [
    trial('messages arrive', numbered(2), (page) => shows(page, 'p', TWO)),
    trial('a dropped connection resumes', numbered(2), async (page, server) => {
      await shows(page, 'p', TWO)
      server.drop()
      await shows(page, 'p', `${TWO}message 3message 4`)
      assert.equal(streamRequests(server).at(-1)?.headers['last-event-id'], '2')
    }),
    trial('closing frees the server', numbered(2), async (page, server) => {
      await shows(page, 'p', TWO)
      await page.evaluate(() => {
        render()
      })
      await shows(page, 'main', '')
      await server.untilFreed()
    }),
    trial(
      'two components share one connection, also in StrictMode',
      numbered(2),
      async (page, server) => {
        await shows(page, 'main', TWO + TWO)
        await server.until(({ open }) => open.size === 1, 'one stream is open')
        await page.evaluate(() => {
          render('/events')
        })
        await shows(page, 'main', TWO)
        for (const response of server.open) response.write('data: more\n\n')
        await shows(page, 'main', `${TWO}more`)
      },
      ['/events', '/events'],
    ),
    trial('another key replaces the connection', numbered(2), async (page, server) => {
      await shows(page, 'p', TWO)
      await page.evaluate(() => {
        render('/events?room=b')
      })
      await shows(page, 'p', TWO)
      await server.until(
        ({ open }) => [...open].map(({ req }) => req.url).join() === '/events?room=b',
        'only the second stream is open',
      )
    }),
    trial(
      '`error` has the status',
      (_request, response) => response.writeHead(503).end(),
      async (page) => {
        await page.locator('p:not(:empty)').waitFor()
        assert.equal(await page.textContent('p'), '503')
      },
    ),
  ],
}
