/** Trials in pages: a server for the page, the client's script, the class and the streams. */

import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import { path } from '../../conformance/bundle.ts'
import { withPage } from '../browser.ts'
import { TOOLS } from '../workspace.ts'
import type { EventSourceClass, Implementation } from './client.ts'
import { serve, type Handler, type Received, type StreamServer } from './server.ts'

/** The class under test, in pages. */
declare global {
  var Tried: EventSourceClass
}

/** Chromium logs each connection that breaks and each response that is not OK, and htmx the `error` events. */
const LOGGED = /net::ERR_|Failed to load resource|^\[object Event\]$/

/**
 * Opens a page whose scripts find the class as `Tried`, and the files of npm packages in `/node_modules`. The handler gets the
 * requests to `/events`.
 */
export async function onPage(
  implementation: Implementation,
  html: string,
  handler: Handler,
  use: (page: Page, server: StreamServer) => Promise<void>,
): Promise<void> {
  const script = await scriptOf(implementation)
  await using server = await serve((request, response, site) => {
    const { pathname } = new URL(request.url, site.origin)
    if (pathname === '/') send(response, 'text/html; charset=utf-8', `${HEAD}${html}`)
    else if (pathname === '/tried.js') send(response, 'text/javascript', script)
    else if (pathname === '/events') void handler(request, response, site)
    else send(response, 'text/javascript', readFileSync(`${TOOLS}/..${pathname}`))
  })
  await withPage(server.origin, (page) => use(page, server), LOGGED)
}

const HEAD = `<!doctype html>
<meta charset="utf-8" />
<title>Trial</title>
<link rel="icon" href="data:," />
<script src="/tried.js"></script>
`

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'Content-Type': type })
  response.end(body)
}

async function scriptOf(implementation: Implementation): Promise<string> {
  if (implementation === 'native') return 'globalThis.Tried = EventSource'
  if (implementation === 'everysource') {
    return `${readFileSync(path('dist/everysource.min.js'), 'utf8')}\nglobalThis.Tried = everysource.EventSource`
  }
  const { outputFiles } = await build({
    stdin: { contents: "globalThis.Tried = require('eventsource').EventSource", resolveDir: path('.') },
    bundle: true,
    write: false,
    platform: 'browser',
  })
  return outputFiles.map(({ text }) => text).join('')
}

/** The requests for streams, without those of the page for its scripts. */
export function streamRequests({ requests }: StreamServer): Received[] {
  return requests.filter(({ url }) => /^\/events\b/.test(url))
}

/** Resolves once the element has exactly this text. */
export async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    ([at = '', expected]) => document.querySelector(at)?.textContent === expected,
    [selector, text],
  )
}
