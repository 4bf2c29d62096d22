/** Sources behind a network that vanishes: packets are swallowed, and no connection is closed. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { withEnoughTime } from '../conformance/harness.ts'
import { type Feed, type Rhythm, upTo } from './feed.ts'
import type { Check, Scene } from './scene.ts'

/** In ms. After the long one, the first comment of a server with a shared timer follows the response too early. */
const RECONNECTION_TIME = 100
const LONG_RECONNECTION_TIME = 800

/** How late a busy machine may be, in ms: in half of the cuts, and in all. */
const USUAL_SLACK = 1_000
const MOST_SLACK = 8_000

/** Limits to try, in ms. A busy server may be silent for longer than a short one. */
const LIMITS = [700, 3_000, 12_000]

/** Browsers allow six connections to an origin. */
const SOURCES: Record<string, string> = {
  source: 'follow(URL, { OPTIONS })',
  'another source': 'follow(URL, { OPTIONS })',
  'source with a POST request': `follow(URL, { OPTIONS, method: 'POST', body: '{}', reconnect: { jitter: 0 } })`,
  loop: 'loop(URL, { OPTIONS, reconnect: { jitter: 0 } })',
  'loop over a POST request': `loop(URL, { OPTIONS, method: 'POST', body: '{}', resume: () => ({ method: 'GET' }) })`,
}

/** Cuts of each source, by engine: 200 and more in total, on the two pages that run at the same time. */
const CUTS: Record<string, number> = { chromium: 9, firefox: 7, webkit: 7 }

/** How often the server comments, for `idleTimeout: 'auto'`, in ms, to try. On a busy machine a fast rhythm is not regular. */
const INTERVALS = [1_300, 3_900, 11_700]

/** After how many regular comments the rhythm is known. */
const COMMENTS_TO_LEARN = 10

/** Times from the last byte to the next request, in ms, by engine. */
const returned = new Map<string, number[]>()

/** The times of an engine, for the output. */
export function figuresOf(engine: string): string[] {
  return [...returned]
    .filter(([name]) => name.startsWith(engine))
    .map(([name, times]) => {
      const sorted = times.map(Math.round).sort((one, other) => one - other)
      const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map((i) => sorted[i] ?? 0)
      return `  ${name}: ${times.length} cuts, back after ${least} to ${most} ms, half of them within ${median} ms`
    })
}

const recordOf = (name: string): string => `main[${JSON.stringify(name)}]`

/** The sources of a page, each with its feed. */
async function startAll(scene: Scene, options: string, rhythm: Rhythm): Promise<[name: string, feed: Feed][]> {
  await scene.load(scene.place.proxied)
  await scene.do('main = {}')
  const feeds: [string, Feed][] = []
  for (const [name, call] of Object.entries(SOURCES)) {
    const feed = scene.feed(rhythm)
    const started = call.replace('URL', `'${feed.path}'`).replace('OPTIONS', options)
    await scene.do(`${recordOf(name)} = ${started}`)
    feeds.push([name, feed])
  }
  for (const [, feed] of feeds) await feed.request(1)
  return feeds
}

/** Cuts a source off, and resolves with the time until its next request; undefined if it was not waiting for the cut. */
async function cut(scene: Scene, feed: Feed, patience?: number): Promise<number | undefined> {
  const before = feed.requests.length
  const at = await scene.place.swallow(feed)
  if (feed.requests.length > before) return undefined
  return (await feed.request(before + 1, patience)).at - at
}

/** Checks that each message has arrived once and in order, and each loss was reported once. */
async function checkCalls(scene: Scene, name: string, feed: Feed): Promise<void> {
  const record = recordOf(name)
  feed.stop()
  await scene.untilCalled(String(feed.sent), record)
  const calls = await scene.calls(record)
  assert.deepEqual(
    calls.filter((call) => /^\d/.test(call)),
    upTo(feed.sent),
    `the messages of the ${name}`,
  )
  const losses = feed.requests.length - 1
  const isLoop = name.startsWith('loop')
  const count = (wanted: string): number => calls.filter((call) => call === wanted).length
  assert.equal(count('error 0 timeout'), isLoop ? 0 : losses, `the error events of the ${name}`)
  assert.equal(count('open'), isLoop ? 0 : losses + 1, `the open events of the ${name}`)
  assert.equal(calls.length, feed.sent + count('error 0 timeout') + count('open'), calls.join())
  assert.equal(feed.requests[0]?.lastEventId, undefined)
}

function checkTimes(engine: string, times: number[], least: number, most: number): void {
  returned.set(engine, [...(returned.get(engine) ?? []), ...times])
  const sorted = [...times].sort((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  assert.ok((sorted[0] ?? 0) >= least, `${sorted[0] ?? 0} ms are less than ${least} ms`)
  assert.ok(median <= most + USUAL_SLACK, `half of the sources were back after ${median} ms, instead of ${most} ms`)
  assert.ok((sorted.at(-1) ?? 0) <= most + MOST_SLACK, `a source was back after ${sorted.at(-1)} ms`)
}

/** Returns false if a busy machine made a source lose a connection that was not cut. */
async function survivesCuts(scene: Scene, limit: number): Promise<boolean> {
  const options = `idleTimeout: ${limit}, reconnectionTime: ${RECONNECTION_TIME}`
  const feeds = await startAll(scene, options, { messages: 50 })
  const cuts = CUTS[scene.engine] ?? 0
  const times: number[] = []
  let falseAlarms = 0
  const cutRepeatedly = async (feed: Feed): Promise<void> => {
    for (let i = 0; i < cuts; i++) {
      const { sent } = feed
      await feed.until((feed) => feed.sent > sent + 1 + Math.random() * 8, 'messages are sent')
      const time = await cut(scene, feed)
      if (time === undefined) falseAlarms++
      else times.push(time)
    }
  }
  await Promise.all(feeds.map(([, feed]) => cutRepeatedly(feed)))
  falseAlarms += feeds.filter(([, { requests }]) => requests.length !== cuts + 1).length
  for (const [name, feed] of feeds) await checkCalls(scene, name, feed)
  if (falseAlarms > 0) return false
  // The browser may not see the last bytes, because they are only a part of a chunk.
  checkTimes(scene.engine, times, limit / 2, limit + RECONNECTION_TIME)
  return true
}

/**
 * Cuts each source once its `idleTimeout: 'auto'` has learned the server's rhythm, and once more after some comments. Returns false
 * if the machine was too busy for a regular rhythm.
 */
async function noticesSilence(
  scene: Scene,
  interval: number,
  reconnectionTime: number,
  isShared: boolean,
): Promise<boolean> {
  const options = `idleTimeout: 'auto', reconnectionTime: ${reconnectionTime}`
  const feeds = await startAll(scene, options, { comments: interval, isShared })
  await delay(COMMENTS_TO_LEARN * interval)
  for (let i = 1; i <= 2; i++) {
    // After one alarm, which may have been false, the limit is doubled for a while.
    const most = (i === 1 ? 4 : 8) * interval + reconnectionTime
    const cuts = feeds.map(async ([, feed]) => {
      const time = await cut(scene, feed, most + MOST_SLACK).catch(() => undefined)
      feed.send()
      return time ?? NaN
    })
    const times = await Promise.all(cuts)
    if (times.some(isNaN) || feeds.some(([, { requests }]) => requests.length !== 1 + i)) return false
    for (const [name, feed] of feeds) await scene.untilCalled(String(feed.sent), recordOf(name))
    checkTimes(`${scene.engine}, idleTimeout: 'auto', cut ${i}`, times, interval, most)
    await delay(3 * interval)
  }
  for (const [name, feed] of feeds) await checkCalls(scene, name, feed)
  return true
}

export const CUT_OFF: Check[] = [
  {
    name: 'sources and loops notice a vanished network within their idleTimeout, and receive each message once',
    times: 2,
    run: (scene) => withEnoughTime(LIMITS, (limit) => survivesCuts(scene, limit)),
  },
  {
    name: "idleTimeout: 'auto' notices a vanished network within four intervals of the server's comments",
    run: (scene) => withEnoughTime(INTERVALS, (interval) => noticesSilence(scene, interval, RECONNECTION_TIME, false)),
  },
  {
    name: "idleTimeout: 'auto' notices a vanished network if the server's connections share a timer for comments",
    only: ['chromium'],
    run: (scene) =>
      withEnoughTime(INTERVALS, (interval) => noticesSilence(scene, interval, LONG_RECONNECTION_TIME, true)),
  },
]
