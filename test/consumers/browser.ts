/** Consumer pages in a shared Chromium, and a server for them with an event stream. */

import { EventEmitter, once } from 'node:events'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Browser, Page } from 'playwright-core'
import { findChromium, launchChromium } from '../browser/chromium.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
}

export interface PageServer {
  origin: string
  /** Open event streams. */
  readonly open: ReadonlySet<ServerResponse>
  /** Number of event streams so far. */
  readonly total: number
  /** Resolves once the condition holds. */
  until(holds: (server: PageServer) => boolean, what: string): Promise<void>
  /** Resolves with the next text that a page posts to `/report`. */
  nextReport(): Promise<string>
  close(): void
}

/** Serves a stream with one greeting that stays open at `/events`, and the files of the folder elsewhere. */
export async function startPageServer(folder: string): Promise<PageServer> {
  const open = new Set<ServerResponse>()
  const watchers = new Set<() => void>()
  const reports = new EventEmitter<{ report: [string] }>()
  let total = 0
  const changed = (): void => {
    for (const watcher of [...watchers]) watcher()
  }
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://a.test')
    // Vite's dev server has another origin.
    response.setHeader('Access-Control-Allow-Origin', '*')
    if (pathname === '/report') {
      void text(request).then((report) => {
        response.end()
        reports.emit('report', report)
      })
      return
    }
    if (pathname !== '/events') {
      sendFile(join(folder, normalize(pathname)), response)
      return
    }
    open.add(response)
    total++
    response.once('close', () => {
      open.delete(response)
      changed()
    })
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write('event: greeting\nid: 1\ndata: hello\n\n')
    changed()
  })
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  const server: PageServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    open,
    get total() {
      return total
    },
    until(holds, what) {
      return new Promise((resolve, reject) => {
        const finish = (): void => {
          clearTimeout(timer)
          watchers.delete(check)
          resolve()
        }
        const check = (): void => {
          if (holds(server)) finish()
        }
        const timer = setTimeout(() => {
          watchers.delete(check)
          reject(new Error(`Timed out waiting until ${what}: ${open.size} of ${total} are open`))
        }, 120_000)
        watchers.add(check)
        check()
      })
    },
    async nextReport() {
      const [report] = (await once(reports, 'report', { signal: AbortSignal.timeout(120_000) })) as [string]
      return report
    },
    close() {
      http.closeAllConnections()
      http.close()
    },
  }
  return server
}

function sendFile(path: string, response: ServerResponse): void {
  if (existsSync(path) && statSync(path).isFile()) {
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' })
    createReadStream(path).pipe(response)
  } else {
    response.writeHead(404)
    response.end()
  }
}

let browser: Promise<Browser> | undefined

/** Why pages cannot run, if so. */
export function missingBrowser(): string | undefined {
  return findChromium() === undefined ? 'Chromium is not installed' : undefined
}

/** Opens a page. Fails if the page throws or logs an unexpected error or warning. */
export async function withPage<T>(url: string, use: (page: Page) => Promise<T>, expected?: RegExp): Promise<T> {
  browser ??= launchChromium()
  const context = await (await browser).newContext()
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    const isProblem = message.type() === 'error' || message.type() === 'warning'
    if (isProblem && !expected?.test(message.text())) problems.push(message.text())
  })
  page.setDefaultTimeout(120_000)
  try {
    await page.goto(url)
    const result = await use(page)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    return result
  } catch (error) {
    throw new Error(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n${problems.join('\n')}`, {
      cause: error,
    })
  } finally {
    await context.close()
  }
}

/** Waits for a page to set `globalThis.received`, and returns it. */
export async function receivedBy(url: string): Promise<unknown> {
  return withPage(url, async (page) => {
    await page.waitForFunction(() => 'received' in globalThis)
    return page.evaluate(() => (globalThis as unknown as { received: unknown }).received)
  })
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = undefined
}
