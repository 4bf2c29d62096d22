/** A check that opens a few tabs. */

import assert from 'node:assert/strict'
import type { Feed } from '../awake/feed.ts'
import type { Tab, Tabs } from './tabs.ts'

export interface SharedCheck {
  name: string
  run: (tabs: Tabs) => Promise<void>
}

/** Opens tabs that share a feed, and resolves when all have joined. */
export async function openSharing(tabs: Tabs, feed: Feed, count: number): Promise<Tab[]> {
  const all = await tabs.openAll(count, `main = follow('${feed.path}')`)
  for (const tab of all) await tab.until('main.source.readyState === 1')
  return all
}

/** The tab that holds the connection. */
export async function leaderOf(all: Tab[]): Promise<Tab> {
  const leads = await Promise.all(all.map((tab) => tab.evaluate('main.source.leads')))
  const leaders = all.filter((_, i) => leads[i] === true)
  assert.equal(leaders.length, 1, 'one tab has the connection')
  return leaders[0] as Tab
}

/** Checks that the tabs have received each message once and in order, and that nothing else has happened. */
export async function haveAll(tabs: Tabs, feed: Feed, all: Tab[]): Promise<void> {
  for (const tab of all) await tab.until(`main.last === ${feed.sent}`)
  assert.deepEqual(tabs.reported('fault', all), [], 'messages that were lost, doubled or out of order')
  assert.deepEqual(tabs.reported('problem', all), [], 'errors and warnings in the tabs')
  assert.deepEqual(tabs.reported('error', all), [], 'error events in the tabs')
}
