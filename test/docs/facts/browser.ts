/** Facts about docs/guides/browser.md, in Chromium. */

import type { ServerResponse } from 'node:http'
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { path } from '../../conformance/bundle.ts'
import { missingBrowser, withPage } from '../../consumers/browser.ts'
import { until } from '../program.ts'
import { stream, type TestServer } from '../servers.ts'
import type { Stage } from '../stage.ts'
import { type Facts } from './fact.ts'

const API = 'https://api.example.com'
export const HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
const without = missingBrowser()

export interface Scene {
  server: TestServer
  open: Set<ServerResponse>
}

/** Serves this page and script, and a stream at `/events` that `respond` starts. */
export async function serve(stage: Stage, page: string, script: string, respond: Respond = stream): Promise<Scene> {
  const open = new Set<ServerResponse>()
  const server = await stage.serve((response, { url }) => {
    if (url === '/') {
      response.setHeader('Content-Type', 'text/html').end(page.includes('<link') ? page : page + HTML)
    } else if (url === '/everysource.min.js') {
      response.setHeader('Content-Type', 'text/javascript').end(script)
    } else if (url === '/login') {
      response.setHeader('Content-Type', 'text/html').end(`${HTML}Log in`)
    } else {
      open.add(response)
      response.once('close', () => open.delete(response))
      respond(response)
    }
  })
  return { server, open }
}

type Respond = (response: ServerResponse) => void

/** The bundled block. */
export async function bundled(stage: Stage, format: 'iife' | 'esm' = 'iife'): Promise<string> {
  stage.write('page.js', stage.block.text)
  const { outputFiles } = await build({
    absWorkingDir: stage.folder,
    entryPoints: ['page.js'],
    bundle: true,
    write: false,
    format,
  })
  return outputFiles[0]?.text ?? ''
}

/** Makes the page believe that it is hidden or visible. */
export function hide(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
}

export const BROWSER: Facts = {
  'Without a bundler': [
    {
      fact: 'shows the messages as text',
      without,
      run: async (stage) => {
        const script = readFileSync(path('dist/everysource.min.js'), 'utf8')
        const { server } = await serve(stage, stage.block.text, script, (response) => {
          stream(response, 'data: <b>first</b>\n\ndata: second\n\n')
        })
        await withPage(
          server.origin,
          async (page) => {
            await page.getByText('second').waitFor()
            expect(await page.getByRole('listitem').allTextContents()).toEqual(['<b>first</b>', 'second'])
            expect(await page.getByRole('status').textContent()).toBe('Connected')
          },
          /favicon/,
        )
      },
    },
  ],
  'With a bundler': [
    {
      fact: 'sends the token, and opens the login page after a 401',
      without,
      run: async (stage) => {
        const page = `${HTML}<p id="price"></p><script src="/everysource.min.js"></script>`
        const { server } = await serve(stage, page, await bundled(stage), (response) => {
          if (server.requests.filter(({ url }) => url === '/events').length > 1) response.writeHead(401).end()
          else {
            stream(response)
            response.end('retry: 100\nevent: price\ndata: 23.50\n\n')
          }
        })
        await withPage(
          server.origin,
          async (page) => {
            await page.waitForURL('**/login')
            expect(server.requests.find(({ url }) => url === '/events')?.headers.authorization).toBe('Bearer null')
          },
          /401/,
        )
      },
    },
  ],
  'Connect to another origin: Send the last event ID in the query': [
    {
      fact: 'sends the ID, and the rest of the URL keeps its bytes',
      run: async (stage) => {
        const server = await stage.serve((response) => {
          stream(response)
          response.end('retry: 100\nid: 42\ndata: here\n\n')
        })
        await stage.run({ [API]: server.origin }).prints('here\nhere\n')
        expect(server.requests.slice(0, 2).map(({ url }) => url)).toEqual([
          '/events?signature=a%2Fb+c~&after=41',
          '/events?signature=a%2Fb+c~&after=42',
        ])
        expect(server.requests[0]?.headers).not.toHaveProperty('last-event-id')
      },
    },
  ],
  'The limit of six connections': [
    {
      fact: 'closes the connection while the page is hidden, and resumes with the last ID',
      without,
      run: async (stage) => {
        const page = `${HTML}<script src="/everysource.min.js"></script>`
        const { server, open } = await serve(stage, page, await bundled(stage), (response) => {
          stream(response, 'id: 7\ndata: here\n\n')
        })
        await withPage(server.origin, async (page) => {
          await page.waitForEvent('console')
          await hide(page, true)
          await until(() => {
            expect(open.size).toBe(0)
          })
          await hide(page, false)
          await page.waitForEvent('console')
          const ids = server.requests
            .filter(({ url }) => url === '/events')
            .map(({ headers }) => headers['last-event-id'])
          expect(ids).toEqual([undefined, '7'])
        })
      },
    },
  ],
}
