/** A page that is left, comes back and is loaded again, with a source that is open. */

import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { stream } from '../conformance/harness.ts'
import type { Log, Program } from '../server/program.ts'
import type { Extra } from '../server/server.ts'
import type { Browser } from './engine.ts'

/** A browser that need not be controlled. */
type Opens = Pick<Browser, 'open'>

/** In ms: how soon the source is to be open again. */
const RECONNECTION_TIME = 300

const PROGRAM: Program = [stream(`retry: ${RECONNECTION_TIME}\ndata: x\n\n`)]

/** How long a page may take for it all, in ms. */
const PATIENCE = 15_000

/** What a page tells when it is back. */
interface Told {
  /** Whether it came out of the back/forward cache. */
  persisted: boolean
  /** What was heard on its source since it was made. */
  heard: string[]
  /** Whether the server had seen the connection end while the page was away. */
  ended: boolean
  /** How long the source took to be open once the page was back, in ms. */
  took: number
}

/** The fragment of its URL is `#<way>,<path of the stream>`. */
const PAGE = `<!doctype html><meta charset="utf-8">
<script src="/everysource.min.js"></script>
<script>
  const [way, path] = location.hash.slice(1).split(',')
  const source = new everysource.EventSource(path)
  const heard = []
  for (const type of ['open', 'message', 'error']) source.addEventListener(type, () => heard.push(type))
  const messages = () => heard.filter((type) => type === 'message').length
  const until = async (holds) => { while (!holds()) await new Promise((r) => setTimeout(r, 10)) }
  const leave = () => way === 'back' ? location.assign('/away.html' + location.hash) : location.reload()

  addEventListener('pageshow', async ({ persisted }) => {
    const shown = performance.now()
    if (!sessionStorage.left) {
      await until(() => messages() === 1)
      sessionStorage.left = 'yes'
      return leave()
    }
    // A source that has been kept open would hear nothing.
    if (persisted) await Promise.race([until(() => messages() === 2), new Promise((r) => setTimeout(r, 5_000))])
    else await until(() => messages() === 1)
    const took = performance.now() - shown
    const ended = sessionStorage.ended === 'true'
    await fetch('/told' + path, { method: 'POST', body: JSON.stringify({ persisted, heard, ended, took }) })
  })
</script>`

const AWAY = `<!doctype html><meta charset="utf-8">
<script>
  const [, path] = location.hash.split(',')
  const look = async () => {
    const response = await fetch(path.replace('/s/', '/log/') + '?closed=1&patience=5000')
    const { requests } = await response.json()
    sessionStorage.ended = requests[0].endedAt !== null
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

/** The page goes on to another, and back: whether it came out of the cache. */
export async function comesBack(browser: Opens, origin: string): Promise<boolean> {
  const { told, log } = await visit(browser, origin, 'back')
  assert.ok(told.ended, 'leaving the page did not end the connection')
  if (told.persisted) {
    assert.deepEqual(told.heard, ['open', 'message', 'error', 'open', 'message'])
    assert.ok(told.took < 2 * RECONNECTION_TIME, `it took ${Math.round(told.took)} ms to be open again`)
  } else assert.deepEqual(told.heard, ['open', 'message'])
  assert.equal(log.requests.length, 2)
  return told.persisted
}

/** The page is loaded again. */
export async function isReloaded(browser: Opens, origin: string): Promise<void> {
  const { told, log } = await visit(browser, origin, 'reload')
  assert.deepEqual(told.heard, ['open', 'message'])
  assert.notEqual(log.requests[0]?.endedAt, null, 'reloading the page did not end the connection')
  assert.equal(log.requests.length, 2)
}

async function visit(browser: Opens, origin: string, way: 'back' | 'reload'): Promise<{ told: Told; log: Log }> {
  const registered = await fetch(`${origin}/programs`, { method: 'POST', body: JSON.stringify(PROGRAM) })
  const id = await registered.text()
  const told = new Promise<Told>((resolve) => waiting.set(`/told/s/${id}`, resolve))
  const close = await browser.open(`${origin}/leaving.html#${way},/s/${id}`)
  try {
    const said = await inTime(told)
    const log = (await (await fetch(`${origin}/log/${id}?closed=1&patience=5000`)).json()) as Log
    return { told: said, log }
  } finally {
    await close()
  }
}

async function inTime(told: Promise<Told>): Promise<Told> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the page has told nothing'))
    }, PATIENCE)
  })
  return Promise.race([told, late]).finally(() => {
    clearTimeout(timer)
  })
}
