/** A React component that opens a source in an effect, as seen by the server. */

import assert from 'node:assert/strict'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import type { Tally } from '../tally.ts'
import { missingBrowser, startPageServer, withPage, type PageServer } from './browser.ts'
import type { Workspace } from './workspace.ts'

interface App {
  seen: { effects: number; cleanups: number; opens: number; messages: number; afterUnmount: number }
  mount(url: string): void
  show(url: string): void
  unmount(): void
}

/** Defined on the page. */
declare const app: App

/** Waits until the page has opened this many sources, and only the last one is open. */
async function opened(page: Page, server: PageServer, opens: number): Promise<void> {
  await page.waitForFunction((count) => app.seen.opens === count, opens)
  await server.until(({ open }) => open.size === 1, 'one stream is open')
}

export async function checkReact(tally: Tally, workspace: Workspace): Promise<void> {
  const suite = tally.suite('consumers: React')
  const reason = missingBrowser()
  if (reason !== undefined) {
    suite.missing(reason)
    suite.end()
    return
  }
  const project = await workspace.project('react', ['react', 'react-dom'])
  await build({
    absWorkingDir: project,
    entryPoints: ['app.jsx'],
    outfile: `${project}/bundle.js`,
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    // StrictMode has no effect in production.
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'warning',
  })
  const onPage = (use: (page: Page, server: PageServer) => Promise<void>) => async (): Promise<void> => {
    const server = await startPageServer(project)
    try {
      await withPage(`${server.origin}/index.html`, (page) => use(page, server))
    } finally {
      server.close()
    }
  }

  await suite.run(
    "StrictMode's double effect leaves one connection, messages arrive once, and unmounting closes it",
    onPage(async (page, server) => {
      await page.evaluate(() => {
        app.mount('/events')
      })
      await opened(page, server, 1)
      for (const message of ['first', 'second']) {
        // Sent to all open connections, so that a second one would show.
        for (const response of server.open) response.write(`data: ${message}\n\n`)
        await page.getByText(message).waitFor()
      }
      assert.deepEqual(await page.getByRole('listitem').allTextContents(), ['first', 'second'])
      assert.equal(server.open.size, 1)
      const { effects, cleanups } = await page.evaluate(() => app.seen)
      assert.deepEqual({ effects, cleanups }, { effects: 2, cleanups: 1 })

      await page.evaluate(() => {
        app.unmount()
      })
      await server.until(({ open }) => open.size === 0, 'no stream is open')
      assert.equal(await page.evaluate(() => app.seen.cleanups), 2)
    }),
  )

  await suite.run(
    'another URL closes the previous connection',
    onPage(async (page, server) => {
      await page.evaluate(() => {
        app.mount('/events?room=a')
      })
      await opened(page, server, 1)
      const [before] = server.open
      await page.evaluate(() => {
        app.show('/events?room=b')
      })
      await opened(page, server, 2)
      assert(before !== undefined && !server.open.has(before))
      for (const response of server.open) response.write('data: of b\n\n')
      await page.getByText('of b').waitFor()
    }),
  )

  await suite.run(
    'a component that unmounts during a burst of messages receives nothing more',
    onPage(async (page, server) => {
      await page.evaluate(() => {
        app.mount('/events')
      })
      await opened(page, server, 1)
      const burst = ['first', 'done', ...Array.from({ length: 100 }, (_, n) => String(n))]
      const bytes = burst.map((data) => `data: ${data}\n\n`).join('')
      for (const response of server.open) response.write(bytes)
      await server.until(({ open }) => open.size === 0, 'no stream is open')
      const { messages, afterUnmount } = await page.evaluate(() => app.seen)
      assert.deepEqual({ messages, afterUnmount }, { messages: 2, afterUnmount: 0 })
    }),
  )
  suite.end()
}
