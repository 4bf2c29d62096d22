/** Checks of the twenty tabs before the first one is lost. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { A_WHILE } from '../awake/scene.ts'
import { leaderOf } from './check.ts'
import type { Tab, Tabs } from './tabs.ts'

/** How many connections to an origin browsers allow over HTTP/1.1. */
const CONNECTIONS = 6

/** How many messages to measure, and how often the server sends one, in ms. */
const MESSAGES = 150
const INTERVAL = 20

/** The longest time from the leader to half of the followers, in ms, on a busy machine. */
const USUAL_LATENCY = 100

/** Without sharing, six tabs connect, and the seventh when one of them closes its source. */
export async function connectAlone(tabs: Tabs, all: Tab[]): Promise<void> {
  const feed = tabs.feeds.open()
  const opened = (): Promise<unknown[]> => Promise.all(all.map((tab) => tab.evaluate('main.source.readyState === 1')))
  for (const tab of all) await tab.evaluate(`void (main = follow('${feed.path}', {}, EventSource))`)
  await feed.until(({ open }) => open === CONNECTIONS, `${CONNECTIONS} tabs connect`)
  await delay(A_WHILE)
  assert.equal(feed.requests.length, CONNECTIONS)
  const isOpen = await opened()
  assert.equal(isOpen.filter(Boolean).length, CONNECTIONS)
  await all[isOpen.indexOf(true)]?.evaluate('main.source.close()')
  await feed.request(CONNECTIONS + 1)
  await delay(A_WHILE)
  assert.equal(feed.requests.length, CONNECTIONS + 1)
  for (const tab of all) await tab.evaluate('main.source.close()')
  await feed.until(({ open }) => open === 0, 'all tabs close their connections')
}

/** Returns how long after the leader the followers dispatch a message, in ms, sorted. */
export async function latencies(tabs: Tabs, all: Tab[]): Promise<number[]> {
  const feed = tabs.feeds.open()
  for (const tab of all) await tab.evaluate(`void (main = follow('${feed.path}'))`)
  for (const tab of all) await tab.until('main.source.readyState === 1')
  for (const tab of all) await tab.evaluate('void (main.timing = true)')
  for (let i = 0; i < MESSAGES; i++) {
    feed.send()
    await delay(INTERVAL)
  }
  for (const tab of all) await tab.until(`main.last === ${feed.sent}`)
  const leader = await leaderOf(all)
  const timesOf = async (tab: Tab) => new Map((await tab.evaluate('main.times')) as [number, number][])
  const start = await timesOf(leader)
  const followers = await Promise.all(all.filter((tab) => tab !== leader).map(timesOf))
  const times = followers.flatMap((arrived) => [...start].map(([id, at]) => (arrived.get(id) ?? NaN) - at))
  assert.equal(times.length, MESSAGES * (all.length - 1))
  assert.equal(feed.requests.length, 1)
  for (const tab of all) await tab.evaluate('main.source.close()')
  return times.sort((one, other) => one - other)
}

/** The line for the output. Throws if the times are too long. */
export function checkLatencies(times: number[]): string {
  const [median = NaN, late = NaN, most = NaN] = [0.5, 0.99, 1].map((part) => times[Math.ceil(times.length * part) - 1])
  assert.ok(median <= USUAL_LATENCY, `half of the messages arrived within ${median} ms`)
  const [half, nearlyAll, last] = [median, late, most].map((ms) => ms.toFixed(1))
  return `  ${times.length} messages reach a follower after ${half} ms (half), ${nearlyAll} ms (99 %), ${last} ms (all)`
}
