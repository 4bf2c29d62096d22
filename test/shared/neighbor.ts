/** Another page of the origin that posts garbage on the channel, or holds the lock. */

import assert from 'node:assert/strict'
import { haveAll, openSharing, type SharedCheck } from './check.ts'

/** How long a page may hold the lock without an answer, in ms, and how late a busy machine may be. */
const REPLACED_WITHIN = 10_000
const SLACK = 4_000

/** In the page: `garbage` to post on the channel. No member of the group may accept any of it. */
const GARBAGE = `
  cyclic = { version: 1, type: 'entries', from: 'x', term: Date.now() }
  cyclic.entries = [cyclic]
  values = [
    null, '', 'x', 0, -1, 1e308, Infinity, NaN, 2 ** 53, 10n ** 40n, true, {}, [], [[]], Array(1000), cyclic, new Date(), /x/,
    new Map([[1, 2]]), new Set([1]), new Error('x'), new ArrayBuffer(8), new Uint8Array(9), new Blob(['x']), 'x'.repeat(100_000),
  ]
  frame = { version: 1, from: 'x', term: Date.now() + 1e6 }
  types = ['ask', 'elect', 'entries', 'state', 'bye', 'position', '__proto__', 'constructor', 'toString', '', 3, null]
  sound = { ...frame, type: 'entries', first: 1, entries: [], reconnectionTime: 1 }
  isString = (value) => typeof value === 'string'
  isCount = (value) => typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER
  isSound = {
    version: () => false,
    type: () => false,
    from: isString,
    to: isString,
    term: isCount,
    first: isCount,
    reconnectionTime: isCount,
    entries: (value) => value?.constructor === Array && value.length === 0,
  }
  garbage = [
    undefined,
    ...values,
    ...types.flatMap((type) => values.map((it) => ({ ...frame, type, at: it, first: it, entries: it, snapshot: it, missed: it }))),
    // Old and unknown versions.
    ...[0, 2, 1.5, '1', Infinity].map((version) => ({ ...sound, version })),
    // Sound except for one member.
    ...Object.keys(isSound).flatMap((member) =>
      values.filter((value) => !isSound[member](value)).map((value) => ({ ...sound, [member]: value }))),
  ]`

const keyOf = (url: string): string => `everysource/1 ${JSON.stringify(['', false, url])}`

export const HOSTILE_NEIGHBOR: SharedCheck[] = [
  {
    name: 'garbage on the channel has no effect',
    run: async (tabs) => {
      const feed = tabs.feeds.open({ messages: 20 })
      const all = await openSharing(tabs, feed, 3)
      const neighbor = await tabs.open()
      await neighbor.evaluate(
        `void (channel = new BroadcastChannel(${JSON.stringify(keyOf(tabs.origin + feed.path))}))`,
      )
      await neighbor.evaluate(`void (() => { ${GARBAGE} })()`)
      const count = await neighbor.evaluate(`garbage.filter((message) => {
        try {
          channel.postMessage(message)
          return true
        } catch (error) {
          return false
        }
      }).length`)
      assert.ok(Number(count) > 400, `posted ${String(count)} messages`)
      // Whatever is behind the garbage in the tabs' queues.
      await neighbor.evaluate(`channel.postMessage('last')`)
      const { sent } = feed
      await feed.until((feed) => feed.sent > sent + 10, 'messages are sent')
      feed.stop()
      await haveAll(tabs, feed, all)
      assert.equal(feed.requests.length, 1)
    },
  },
  {
    name: 'terms near the largest number have no effect',
    run: async (tabs) => {
      const feed = tabs.feeds.open({ messages: 20 })
      const all = await openSharing(tabs, feed, 3)
      const neighbor = await tabs.open()
      await neighbor.evaluate(
        `void (channel = new BroadcastChannel(${JSON.stringify(keyOf(tabs.origin + feed.path))}))`,
      )
      for (const type of ['elect', 'ask', 'bye', 'state', 'entries', 'position', 'reconnect']) {
        for (const term of [2 ** 53 - 2, 2 ** 53 - 1, 2 ** 53, Number.MAX_VALUE]) {
          await neighbor.evaluate(`channel.postMessage({ version: 1, from: 'x', term: ${term}, type: '${type}' })`)
        }
      }
      const { sent } = feed
      await feed.until((feed) => feed.sent > sent + 10, 'messages are sent')
      feed.stop()
      await haveAll(tabs, feed, all)
      assert.equal(feed.requests.length, 1)
    },
  },
  {
    name: 'a page that holds the lock and does not answer is replaced within ten seconds',
    run: async (tabs) => {
      const feed = tabs.feeds.open()
      const holder = await tabs.open()
      const key = JSON.stringify(keyOf(tabs.origin + feed.path))
      await holder.evaluate(
        `new Promise((resolve) => {
          const hold = () => new Promise(() => resolve(1))
          navigator.locks.request(${key}, hold).catch(() => report('stolen'))
        })`,
      )
      const all = await tabs.openAll(3)
      const start = performance.now()
      await Promise.all(all.map((tab) => tab.evaluate(`void (main = follow('${feed.path}'))`)))
      const { at } = await feed.request(1)
      assert.ok(at - start < REPLACED_WITHIN + SLACK, `replaced after ${at - start} ms`)
      for (const tab of all) await tab.until('main.source.readyState === 1')
      feed.send()
      await haveAll(tabs, feed, all)
      assert.equal(feed.requests.length, 1)
    },
  },
]
