/** Tests pages with an open source that navigate away and back (back/forward cache) or reload. */

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { stream } from '../conformance/harness.ts'
import type { Log, Program } from '../server/program.ts'
import type { Extra } from '../server/server.ts'
import type { Browser } from './engine.ts'

/** The reconnection times to try, in ms. If a busy browser freezes the page only after the wait, a longer one is tried. */
const RECONNECTION_TIMES = [1_000, 5_000, 25_000]

/** Sends no message, so that a lost connection would count as a failed attempt. */
const programOf = (reconnectionTime: number): Program => [stream(`retry: ${reconnectionTime}\n\n`)]

/** How often the page navigates away and back. */
const NAVIGATIONS = 3

/** The time limit of a page, in ms. */
const PATIENCE = 180_000
const NO_REPORT = new Error('the page has reported nothing')

/** The report of a page after the last navigation. */
interface Report {
  /** Whether the page was restored from the back/forward cache. */
  persisted: boolean
  /** The `open` and `error` events of the source. */
  events: string[]
  /** The reasons that `shouldReconnect` received. */
  reasons: string[]
  /** How many closed connections the server had seen, each time the page was away. */
  closed: number[]
  /** The delays of the `error` events, in ms. */
  delays: number[]
}

/** The URL fragment is `#<back or reload>,<how often>,<path of the stream>`. */
const PAGE = `<!doctype html><meta charset="utf-8">
<script src="/everysource.min.js"></script>
<script>
  const [action, times, path] = location.hash.slice(1).split(',')
  const events = []
  const reasons = []
  const shouldReconnect = ({ reason }) => void reasons.push(reason)
  // Navigating away must not count as a failed attempt.
  const source = new everysource.EventSource(path, { reconnect: { maxAttempts: 2, jitter: 0, shouldReconnect } })
  source.addEventListener('open', () => events.push('open'))
  const delays = []
  source.addEventListener('error', ({ delay }) => {
    events.push('error')
    delays.push(delay)
  })
  const opens = () => events.filter((type) => type === 'open').length
  // Waits at least one event loop iteration: navigating before the page has loaded would replace its history entry.
  const until = async (holds) => {
    do await new Promise((r) => setTimeout(r, 10))
    while (!holds())
  }
  const leave = () => action === 'back' ? location.assign('/away.html' + location.hash) : location.reload()

  // Counted when the page is left: a busy browser may freeze the page so late that the source has already reconnected.
  let before = 0
  addEventListener('pagehide', () => { before = opens() })
  addEventListener('pageshow', async ({ persisted }) => {
    const left = Number(sessionStorage.left ?? 0)
    await until(() => opens() > before)
    if (left < Number(times)) {
      sessionStorage.left = left + 1
      return leave()
    }
    const closed = JSON.parse(sessionStorage.closed ?? '[]')
    const report = { persisted, events, reasons, closed, delays }
    await fetch('/reports' + path, { method: 'POST', body: JSON.stringify(report) })
  })
</script>`

const AWAY = `<!doctype html><meta charset="utf-8">
<script>
  const [, , path] = location.hash.split(',')
  const look = async () => {
    const response = await fetch(path.replace('/s/', '/log/') + '?patience=60000&closed=' + sessionStorage.left)
    const { requests } = await response.json()
    const closed = requests.filter(({ endedAt }) => endedAt !== null).length
    sessionStorage.closed = JSON.stringify([...JSON.parse(sessionStorage.closed ?? '[]'), closed])
    history.back()
  }
  look()
</script>`

/** The pages, by their paths. */
export const BFCACHE_PAGES = { '/leaving.html': PAGE, '/away.html': AWAY }

const waiting = new Map<string, (report: Report) => void>()

/** Receives the reports of the pages. */
export const receivesReports: Extra = (request, response) => {
  const resolve = waiting.get(request.url ?? '')
  if (!resolve) return false
  void text(request).then((body) => {
    resolve(JSON.parse(body) as Report)
    response.end()
  })
  return true
}

/** Navigates away and back several times. Returns whether the page was restored from the cache. */
export async function survivesNavigation(
  browser: Browser,
  origin: string,
  times = RECONNECTION_TIMES,
): Promise<boolean> {
  const [time = 0, ...longer] = times
  const { report, log } = await visit(browser, origin, 'back', NAVIGATIONS, time)
  if (log.requests.length > 1 + NAVIGATIONS && longer.length > 0) return survivesNavigation(browser, origin, longer)
  assert.equal(log.requests.length, 1 + NAVIGATIONS)
  assert.deepEqual(report.closed, [1, 2, 3], 'the connections closed by leaving the page')
  // The server never closed a stream.
  assert.ok(!report.reasons.includes('ended'), `the reasons are ${report.reasons.join()}`)
  const reconnection = ['error', 'open']
  assert.deepEqual(report.events, ['open', ...(report.persisted ? Array(NAVIGATIONS).fill(reconnection).flat() : [])])
  // Leaving the page is not a failed attempt, so the delays do not grow.
  if (report.persisted) assert.deepEqual(report.delays, Array(NAVIGATIONS).fill(time))
  return report.persisted
}

/** Reloads the page. */
export async function survivesReload(browser: Browser, origin: string): Promise<void> {
  const { report, log } = await visit(browser, origin, 'reload', 1, RECONNECTION_TIMES[0] ?? 0)
  assert.deepEqual(report.events, ['open'])
  assert.notEqual(log.requests[0]?.endedAt, null, 'reloading the page did not close the connection')
  assert.equal(log.requests.length, 2)
}

/** Retries once if the browser did not start and so reported nothing. */
async function visit(...args: Parameters<typeof visitOnce>): ReturnType<typeof visitOnce> {
  try {
    return await visitOnce(...args)
  } catch (error) {
    if (error !== NO_REPORT) throw error
    return visitOnce(...args)
  }
}

async function visitOnce(
  browser: Browser,
  origin: string,
  action: 'back' | 'reload',
  times: number,
  reconnectionTime: number,
): Promise<{ report: Report; log: Log }> {
  const registered = await fetch(`${origin}/programs`, {
    method: 'POST',
    body: JSON.stringify(programOf(reconnectionTime)),
  })
  const id = await registered.text()
  const reported = new Promise<Report>((resolve) => waiting.set(`/reports/s/${id}`, resolve))
  const close = await browser.open(`${origin}/leaving.html#${action},${times},/s/${id}`)
  try {
    const report = await inTime(reported)
    const log = (await (await fetch(`${origin}/log/${id}?closed=1&patience=60000`)).json()) as Log
    return { report, log }
  } finally {
    await close()
  }
}

async function inTime(reported: Promise<Report>): Promise<Report> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(NO_REPORT)
    }, PATIENCE)
  })
  return Promise.race([reported, late]).finally(() => {
    clearTimeout(timer)
  })
}
