/** Pages that are frozen and thawed, in Chromium, and hidden pages whose network vanishes, in all three engines. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { withEnoughTime } from '../conformance/harness.ts'
import { upTo, type Feed } from './feed.ts'
import type { Check, Scene } from './scene.ts'

/** Limits to try, in ms. A busy machine may take longer than a part of a short one. */
const LIMITS = [3_000, 9_000, 30_000]

/** In ms. */
const RECONNECTION_TIME = 100

/** How long a page is frozen if time is not the subject, in ms. */
const FROZEN_FOR = 1_000

/** How a source or a loop is started. */
const SOURCES: Record<string, string> = {
  source: 'follow(URL, { reconnectionTime: 100 })',
  'source with idleTimeout': 'follow(URL, { reconnectionTime: 100, idleTimeout: 60_000 })',
  'source with a POST request and resume': `follow(URL, { reconnectionTime: 100, method: 'POST', resume: () => ({}) })`,
  'loop that reconnects': 'loop(URL, { reconnectionTime: 100, reconnect: true })',
  "loop with whenHidden: 'close'": `loop(URL, { whenHidden: 'close' })`,
}

/** The feed sends a message every 100 ms. */
async function start(scene: Scene, call: string): Promise<Feed> {
  await scene.load(scene.place.proxied)
  const feed = scene.feed({ messages: 100 })
  await scene.do(`main = ${call.replace('URL', `'${feed.path}'`)}`)
  await scene.untilCalled('3')
  return feed
}

const withLimit = (limit: number): string =>
  `follow(URL, { idleTimeout: ${limit}, reconnectionTime: ${RECONNECTION_TIME} })`

/** Stops the feed, and checks that each message has arrived once and in order. */
async function receivesAll(scene: Scene, feed: Feed): Promise<void> {
  feed.stop()
  await scene.untilCalled(String(feed.sent))
  assert.deepEqual(
    (await scene.calls()).filter((call) => /^\d/.test(call)),
    upTo(feed.sent),
  )
}

async function errors(scene: Scene): Promise<string[]> {
  return (await scene.calls()).filter((call) => call.startsWith('error') || call.startsWith('thrown'))
}

/** How long after a change of the page the first error was fired, in ms, by the page's clock. */
async function errorAfter(scene: Scene, change: 'resume' | 'visible'): Promise<number> {
  return (await scene.evaluate(`(() => {
    const error = main.times[main.calls.findIndex((call) => call.startsWith('error'))]
    return error - changes.filter(({ name }) => name === '${change}').at(-1).at
  })()`)) as number
}

/** A thawed page stays hidden until its window is shown. */
async function showAgain(scene: Scene): Promise<void> {
  await scene.page.hide()
  await scene.show()
}

/** Freezes a page while data arrives for it. Chromium never settles a read of a body that was pending, so it has to reconnect. */
async function losesNothing(scene: Scene, call: string): Promise<void> {
  const feed = await start(scene, call)
  await scene.page.freeze?.()
  await delay(FROZEN_FOR)
  await scene.page.thaw?.()
  await showAgain(scene)
  const { lastEventId } = await feed.request(2)
  assert.ok(Number(lastEventId) >= 3, `the last event ID is ${lastEventId ?? 'missing'}`)
  await receivesAll(scene, feed)
  assert.equal(feed.requests.length, 2)
  await feed.until(({ open }) => open === 1, 'one connection is left')
  assert.deepEqual(await errors(scene), call.startsWith('loop') ? [] : ['error 0 network'])
}

/** Freezes a page, and lets the network vanish. Returns false if the machine was too busy to decide. */
async function noticesAfterThaw(scene: Scene, limit: number): Promise<boolean> {
  const feed = await start(scene, withLimit(limit))
  await scene.page.freeze?.()
  await scene.place.swallow(feed)
  await delay(limit + 1_000)
  if (feed.requests.length > 1) return false
  await scene.page.thaw?.()
  await feed.request(2)
  const late = await errorAfter(scene, 'resume')
  await showAgain(scene)
  await receivesAll(scene, feed)
  assert.equal((await errors(scene)).length, 1)
  assert.equal(feed.requests.length, 2)
  return late < limit / 2
}

/** Hides a page, and lets the network vanish. Returns false if the machine was too busy to decide. */
async function noticesWhenShown(scene: Scene, limit: number): Promise<boolean> {
  const feed = await start(scene, withLimit(limit))
  await scene.hide()
  await scene.place.swallow(feed)
  await delay(limit + 200)
  await scene.show()
  await feed.request(2)
  await scene.untilCalled('error 0 timeout')
  const late = await errorAfter(scene, 'visible')
  await receivesAll(scene, feed)
  assert.deepEqual(await errors(scene), ['error 0 timeout'])
  assert.equal(feed.requests.length, 2)
  return late < limit / 2
}

export const FROZEN: Check[] = [
  {
    name: 'a page that was frozen while the network vanished notices it when it is thawed',
    only: ['chromium'],
    run: (scene) => withEnoughTime(LIMITS, (limit) => noticesAfterThaw(scene, limit)),
  },
  ...Object.entries(SOURCES).map(([what, call]) => ({
    name: `a ${what} receives each message once if its page was frozen while messages arrived`,
    only: ['chromium'],
    run: (scene: Scene) => losesNothing(scene, call),
  })),
  {
    name: 'a page that was hidden while the network vanished notices it when it is shown at the latest',
    run: (scene) => withEnoughTime(LIMITS, (limit) => noticesWhenShown(scene, limit)),
  },
]

/** For a browser whose hidden pages run their timers once a minute. */
export const RARE: Check[] = [
  {
    name: 'a hidden page whose timers run once a minute notices a vanished network when it is shown',
    run: (scene) => withEnoughTime(LIMITS, (limit) => noticesWhenShown(scene, limit)),
  },
]
