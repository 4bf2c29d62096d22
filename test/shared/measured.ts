/** Checks of the twenty tabs before the first one is lost. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { A_WHILE } from '../awake/scene.ts'
import { leaderOf } from './check.ts'
import type { Tab, Tabs } from './tabs.ts'

/** How many connections to an origin browsers allow over HTTP/1.1. */
const CONNECTIONS = 6

/** How many messages to measure, and how often the server sends one, in ms. */
const MESSAGES = 100
const INTERVAL = 20

/** The longest time from the leader to half of the followers, in ms, on a busy machine. */
const USUAL_LATENCY = 100

const SOURCE = 'main.source.readyState === 1'

/** Starts a source in each tab, and closes it after the test. */
async function withSources(all: Tab[], code: string, test: () => Promise<string[]>): Promise<string[]> {
  await Promise.all(all.map((tab) => tab.evaluate(`void (main = ${code})`)))
  try {
    return await test()
  } finally {
    await Promise.all(all.map((tab) => tab.evaluate('main.source.close()')))
  }
}

function connectAlone(tabs: Tabs, all: Tab[]): Promise<string[]> {
  const feed = tabs.feeds.open()
  return withSources(all, `follow('${feed.path}', {}, EventSource)`, async () => {
    await feed.until(({ open }) => open === CONNECTIONS, `${CONNECTIONS} tabs connect`)
    await delay(A_WHILE)
    assert.equal(feed.requests.length, CONNECTIONS)
    const isOpen = await Promise.all(all.map((tab) => tab.evaluate(SOURCE)))
    assert.equal(isOpen.filter(Boolean).length, CONNECTIONS)
    await all[isOpen.indexOf(true)]?.evaluate('main.source.close()')
    await feed.request(CONNECTIONS + 1)
    await delay(A_WHILE)
    assert.equal(feed.requests.length, CONNECTIONS + 1)
    return []
  })
}

function measureLatency(tabs: Tabs, all: Tab[]): Promise<string[]> {
  const feed = tabs.feeds.open()
  return withSources(all, `follow('${feed.path}')`, async () => {
    await Promise.all(all.map((tab) => tab.until(SOURCE)))
    await Promise.all(all.map((tab) => tab.evaluate('void (main.timing = true)')))
    for (let i = 0; i < MESSAGES; i++) {
      feed.send()
      await delay(INTERVAL)
    }
    await Promise.all(all.map((tab) => tab.until(`main.last === ${feed.sent}`)))
    assert.equal(feed.requests.length, 1)
    const leader = await leaderOf(all)
    const timesOf = async (tab: Tab) => new Map((await tab.evaluate('main.times')) as [number, number][])
    const start = await timesOf(leader)
    const followers = await Promise.all(all.filter((tab) => tab !== leader).map(timesOf))
    const times = followers.flatMap((arrived) => [...start].map(([id, at]) => (arrived.get(id) ?? NaN) - at))
    assert.equal(times.length, MESSAGES * (all.length - 1))
    return [checkLatencies(times.sort((one, other) => one - other))]
  })
}

/** Returns the line for the output. */
function checkLatencies(times: number[]): string {
  const [median = NaN, late = NaN, most = NaN] = [0.5, 0.99, 1].map((part) => times[Math.ceil(times.length * part) - 1])
  assert.ok(median <= USUAL_LATENCY, `half of the messages arrived within ${median} ms`)
  const [half, nearlyAll, last] = [median, late, most].map((ms) => ms.toFixed(1))
  return `  ${times.length} messages reach a follower after ${half} ms (half), ${nearlyAll} ms (99 %), ${last} ms (all)`
}

/** They return lines for the output. */
export const MEASURED: { name: string; run: (tabs: Tabs, all: Tab[]) => Promise<string[]> }[] = [
  { name: 'without sharing, six of twenty tabs connect, and a seventh when one closes its source', run: connectAlone },
  { name: 'messages reach nineteen followers while the leader dispatches them', run: measureLatency },
]
