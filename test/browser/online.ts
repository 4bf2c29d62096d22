/** A page that goes offline and online again. */

import type { Browser } from 'playwright-core'
import { NO_CONTENT, stream } from '../conformance/harness.ts'
import type { Program } from '../server/program.ts'
import type { TestServer } from '../server/server.ts'

/** The reconnection time is a minute, so only the online event can end the wait sooner. */
const PROGRAM: Program = [
  { steps: [{ write: 'retry: 60000\n\n' }, { end: true }] },
  stream('data: back\n\n'),
  NO_CONTENT,
]

/** Runs in the page, which has loaded the script build. */
const CONNECT = (url: string): string => `
  log = []
  source = new everysource.EventSource(${JSON.stringify(url)})
  source.onerror = () => log.push('error')
  source.onmessage = ({ data }) => log.push(data)`

export async function reconnectsOnline(browser: Browser, { origins }: TestServer): Promise<void> {
  const [origin = ''] = origins
  const response = await fetch(`${origin}/programs`, { method: 'POST', body: JSON.stringify(PROGRAM) })
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${origin}/everysource.html`)
  await page.evaluate(CONNECT(`${origin}/s/${await response.text()}`))
  await page.waitForFunction('log.includes("error")')
  await context.setOffline(true)
  await page.waitForFunction('!navigator.onLine')
  await context.setOffline(false)
  await page.waitForFunction('log.includes("back")', undefined, { timeout: 50_000 })
  await context.close()
}
