/** Lost and refused connections: all tabs get the same events. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { A_WHILE } from '../awake/scene.ts'
import { breaking, ending, refused, stream } from '../conformance/harness.ts'
import type { Answer } from '../server/program.ts'
import { haveAll, leaderOf, openSharing, type SharedCheck } from './check.ts'
import type { Tab, Tabs } from './tabs.ts'

const TABS = 3

const messageOf = (id: number): string => `retry: 100\nid: ${id}\ndata: x\n\n`

/** Also reconnects after a 503, which is permanent by default. */
const RECONNECT = `{ shouldReconnect: ({ status }) => status === 503 || undefined }`

/** Opens tabs that share a program's stream. All have joined before the first message. */
async function openOn(tabs: Tabs, url: string): Promise<Tab[]> {
  const all = await tabs.openAll(TABS, `main = follow('${url}', { reconnect: ${RECONNECT} })`)
  for (const tab of all) await tab.until('main.source.readyState === 1')
  return all
}

/** Checks that all tabs have the same events. Returns them. */
async function sameCalls(all: Tab[]): Promise<string[]> {
  const calls = (await Promise.all(all.map((tab) => tab.evaluate('main.calls')))) as string[][]
  const errors = calls.map((of) => of.filter((call) => call.startsWith('error')))
  for (const of of errors) assert.deepEqual(of, errors[0])
  return errors[0] ?? []
}

/** How the server refuses permanently. */
const REFUSALS: Record<string, Answer> = {
  'a 204': { status: 204, steps: [{ end: true }] },
  'a 404': refused(404),
  'a response of another type': { headers: { 'Content-Type': 'text/html' }, steps: [{ write: 'x' }, { end: true }] },
}

export const ERRORS: SharedCheck[] = [
  {
    name: 'a lost connection fires the same error events in all tabs, and one of them reconnects',
    run: async (tabs) => {
      const first = { steps: [{ write: ':\n' }, { gate: 'start' }, ...(breaking(messageOf(1)).steps ?? [])] }
      const { url, ...served } = await program(
        tabs,
        first,
        refused(503, { 'Retry-After': '1' }),
        ending(messageOf(2)),
        stream(messageOf(3)),
      )
      const all = await openOn(tabs, url)
      await served.open('start')
      for (const tab of all) await tab.until('main.last === 1')
      await served.open('break')
      for (const tab of all) await tab.until('main.last === 3')
      const errors = await sameCalls(all)
      assert.equal(errors.length, 3, errors.join('; '))
      const { requests } = await served.log()
      assert.deepEqual(
        requests.map(({ lastEventId }) => lastEventId),
        [undefined, '1', '1', '2'],
      )
      assert.deepEqual(tabs.reported('fault', all), [])
      assert.deepEqual(tabs.reported('problem', all), [])
    },
  },
  ...Object.entries(REFUSALS).map(([what, answer]) => ({
    name: `${what} closes the sources of all tabs, and none connects again`,
    run: async (tabs: Tabs) => {
      const { url, ...served } = await program(tabs, breaking(messageOf(1)), answer)
      const all = await openOn(tabs, url)
      for (const tab of all) await tab.until('main.source.readyState === 1')
      await served.open('break')
      for (const tab of all) await tab.until('main.source.readyState === 2')
      const errors = await sameCalls(all)
      assert.equal(errors.length, 2, errors.join('; '))
      await delay(A_WHILE)
      assert.equal((await served.log()).requests.length, 2)
      assert.deepEqual(tabs.reported('problem', all), [])
    },
  })),
  {
    name: 'reconnect() in a follower reconnects once, for all tabs',
    run: async (tabs) => {
      const feed = tabs.feeds.open()
      const all = await openSharing(tabs, feed, TABS)
      feed.send()
      for (const tab of all) await tab.until('main.last === 1')
      const leader = await leaderOf(all)
      await all.find((tab) => tab !== leader)?.evaluate('main.source.reconnect()')
      const { lastEventId } = await feed.request(2)
      assert.equal(lastEventId, '1')
      for (const tab of all) await tab.until('main.source.readyState === 1 && main.calls.length === 2')
      feed.send()
      await haveAll(tabs, feed, all)
      assert.equal(await leaderOf(all), leader)
      await delay(A_WHILE)
      assert.equal(feed.requests.length, 2)
    },
  },
]

async function program(tabs: Tabs, ...answers: Answer[]) {
  const served = await tabs.program(...answers)
  return { url: served.url, open: (gate: string) => served.openGate(gate), log: () => served.log() }
}
