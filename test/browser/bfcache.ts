/** A page that is left, comes back and is loaded again, with a source that is open. */

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { stream } from '../conformance/harness.ts'
import type { Log, Program } from '../server/program.ts'
import type { Extra } from '../server/server.ts'
import type { Browser } from './engine.ts'

/** The waits to reconnect, in ms. One that ends before a busy browser has frozen the page is followed by a longer one. */
const RECONNECTION_TIMES = [1_000, 5_000, 25_000]

/** No message, so that a loss would count as a failed attempt. */
const programOf = (reconnectionTime: number): Program => [stream(`retry: ${reconnectionTime}\n\n`)]

/** How often the page goes on and comes back. */
const TRIPS = 3

/** How long a page may take for it all, in ms. */
const PATIENCE = 180_000
const TOLD_NOTHING = new Error('the page has told nothing')

/** What a page tells when it is back for the last time. */
interface Told {
  /** Whether it came out of the back/forward cache. */
  persisted: boolean
  /** What was heard on its source since it was made: `open` and `error`. */
  heard: string[]
  /** The reasons that \`shouldReconnect\` was given. */
  asked: string[]
  /** How many connections the server had seen end whenever the page was away. */
  ended: number[]
  /** The waits that its `error` events announced, in ms. */
  delays: number[]
}

/** The fragment of its URL is `#<way>,<how often>,<path of the stream>`. */
const PAGE = `<!doctype html><meta charset="utf-8">
<script src="/everysource.min.js"></script>
<script>
  const [way, trips, path] = location.hash.slice(1).split(',')
  const heard = []
  const asked = []
  const shouldReconnect = ({ reason }) => void asked.push(reason)
  // A trip is no attempt that failed.
  const source = new everysource.EventSource(path, { reconnect: { maxAttempts: 2, jitter: 0, shouldReconnect } })
  source.addEventListener('open', () => heard.push('open'))
  const delays = []
  source.addEventListener('error', ({ delay }) => {
    heard.push('error')
    delays.push(delay)
  })
  const opens = () => heard.filter((type) => type === 'open').length
  // At least one turn: a page that has not finished loading would be replaced, and nothing could go back to it.
  const until = async (holds) => {
    do await new Promise((r) => setTimeout(r, 10))
    while (!holds())
  }
  const leave = () => way === 'back' ? location.assign('/away.html' + location.hash) : location.reload()

  // As of leaving: a busy browser may be so slow to freeze the page that the source reconnects before.
  let before = 0
  addEventListener('pagehide', () => { before = opens() })
  addEventListener('pageshow', async ({ persisted }) => {
    const left = Number(sessionStorage.left ?? 0)
    await until(() => opens() > before)
    if (left < Number(trips)) {
      sessionStorage.left = left + 1
      return leave()
    }
    const ended = JSON.parse(sessionStorage.ended ?? '[]')
    await fetch('/told' + path, { method: 'POST', body: JSON.stringify({ persisted, heard, asked, ended, delays }) })
  })
</script>`

const AWAY = `<!doctype html><meta charset="utf-8">
<script>
  const [, , path] = location.hash.split(',')
  const look = async () => {
    const response = await fetch(path.replace('/s/', '/log/') + '?patience=60000&closed=' + sessionStorage.left)
    const { requests } = await response.json()
    const ended = requests.filter(({ endedAt }) => endedAt !== null).length
    sessionStorage.ended = JSON.stringify([...JSON.parse(sessionStorage.ended ?? '[]'), ended])
    history.back()
  }
  look()
</script>`

/** The pages, by their paths. */
export const LEAVING_PAGES = { '/leaving.html': PAGE, '/away.html': AWAY }

const waiting = new Map<string, (told: Told) => void>()

/** Takes what pages tell. */
export const hears: Extra = (request, response) => {
  const told = waiting.get(request.url ?? '')
  if (!told) return false
  void text(request).then((said) => {
    told(JSON.parse(said) as Told)
    response.end()
  })
  return true
}

/** The page goes on to another and back, several times: whether it came out of the cache. */
export async function comesBack(browser: Browser, origin: string, times = RECONNECTION_TIMES): Promise<boolean> {
  const [time = 0, ...longer] = times
  const { told, log } = await visit(browser, origin, 'back', TRIPS, time)
  if (log.requests.length > 1 + TRIPS && longer.length > 0) return comesBack(browser, origin, longer)
  assert.equal(log.requests.length, 1 + TRIPS)
  assert.deepEqual(told.ended, [1, 2, 3], 'the connections that leaving the page has ended')
  // The server has ended nothing.
  assert.ok(!told.asked.includes('ended'), `it was taken for ${told.asked.join()}`)
  const trip = ['error', 'open']
  assert.deepEqual(told.heard, ['open', ...(told.persisted ? [...trip, ...trip, ...trip] : [])])
  // A trip is not a failed attempt, after which the waits would grow.
  if (told.persisted) assert.deepEqual(told.delays, Array(TRIPS).fill(time))
  return told.persisted
}

/** The page is loaded again. */
export async function isReloaded(browser: Browser, origin: string): Promise<void> {
  const { told, log } = await visit(browser, origin, 'reload', 1, RECONNECTION_TIMES[0] ?? 0)
  assert.deepEqual(told.heard, ['open'])
  assert.notEqual(log.requests[0]?.endedAt, null, 'reloading the page did not end the connection')
  assert.equal(log.requests.length, 2)
}

/** A browser that has not come up says nothing at all, and gets a second chance; what a page finds is told. */
async function visit(...trip: Parameters<typeof visitOnce>): ReturnType<typeof visitOnce> {
  try {
    return await visitOnce(...trip)
  } catch (error) {
    if (error !== TOLD_NOTHING) throw error
    return visitOnce(...trip)
  }
}

async function visitOnce(
  browser: Browser,
  origin: string,
  way: 'back' | 'reload',
  trips: number,
  reconnectionTime: number,
): Promise<{ told: Told; log: Log }> {
  const registered = await fetch(`${origin}/programs`, {
    method: 'POST',
    body: JSON.stringify(programOf(reconnectionTime)),
  })
  const id = await registered.text()
  const told = new Promise<Told>((resolve) => waiting.set(`/told/s/${id}`, resolve))
  const close = await browser.open(`${origin}/leaving.html#${way},${trips},/s/${id}`)
  try {
    const said = await inTime(told)
    const log = (await (await fetch(`${origin}/log/${id}?closed=1&patience=60000`)).json()) as Log
    return { told: said, log }
  } finally {
    await close()
  }
}

async function inTime(told: Promise<Told>): Promise<Told> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(TOLD_NOTHING)
    }, PATIENCE)
  })
  return Promise.race([told, late]).finally(() => {
    clearTimeout(timer)
  })
}
