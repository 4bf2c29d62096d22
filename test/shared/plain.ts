/** Contexts that cannot share: each has its own connection, and nothing is thrown. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Feed } from '../awake/feed.ts'
import type { SharedCheck } from './check.ts'
import type { Tab, Tabs } from './tabs.ts'

/** Reports a source's first message, and then whether it shares a connection. */
const REPORTING = `addEventListener('message', () => report('alone', [main.source.shared, main.source.leads]), { once: true })`

const start = (url: string): string => `main = follow('${url}'); main.source.${REPORTING}`

/** Checks that a context has received a message on its own connection. */
async function isAlone(tabs: Tabs, tab: number, feed: Feed, connections: number): Promise<void> {
  await feed.until(({ open }) => open === connections, `${connections} contexts connect`)
  feed.send()
  const { value } = await tabs.remote.report(tab, 'alone', 0)
  assert.deepEqual(value, [false, true], '`shared` and `leads`')
}

function hasNoProblem(tabs: Tabs, tab: Tab): void {
  for (const what of ['problem', 'error', 'fault']) assert.deepEqual(tabs.reported(what, [tab]), [])
}

/** The address of this machine in a network. Browsers trust only local addresses without TLS. */
function networkAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address
}

export const PLAIN: SharedCheck[] = [
  {
    name: 'tabs of an insecure origin have their own connections',
    run: async (tabs) => {
      const address = networkAddress()
      if (address === undefined) return
      const server = createServer(tabs.serve).listen(0, address)
      await new Promise((resolve) => server.once('listening', resolve))
      const origin = `http://${address}:${(server.address() as AddressInfo).port}`
      const feed = tabs.feeds.open()
      for (let i = 1; i <= 2; i++) {
        const code = `report('secure', isSecureContext); ${start(feed.path)}`
        const number = await tabs.openElsewhere(origin, code)
        assert.equal((await tabs.remote.report(number, 'secure', 0)).value, false)
        await isAlone(tabs, number, feed, i)
        assert.deepEqual(tabs.reported('problem', [{ number }]), [])
      }
      server.closeAllConnections()
      server.close()
    },
  },
  {
    name: 'sandboxed frames have their own connections',
    run: async (tabs) => {
      const feed = tabs.feeds.open()
      const tab = await tabs.open()
      for (let i = 1; i <= 2; i++) {
        const number = tab.number * 1_000 + i
        await tab.evaluate(`(() => {
          const frame = document.createElement('iframe')
          frame.sandbox = 'allow-scripts'
          const code = encodeURIComponent(${JSON.stringify(start(tabs.origin + feed.path))})
          frame.src = location.href.replace(/tab=\\d+/, 'tab=${number}').replace(/#.*|$/, '#' + code)
          document.documentElement.append(frame)
        })()`)
        await isAlone(tabs, number, feed, i)
      }
      hasNoProblem(tabs, tab)
    },
  },
  {
    name: 'workers from data: URLs have their own connections',
    run: async (tabs) => {
      const feed = tabs.feeds.open()
      const tab = await tabs.open()
      const worker = `importScripts('${tabs.origin}/everysource.js')
        report = (_, value) => postMessage(value)
        main = { source: new everysource.SharedEventSource('${tabs.origin}${feed.path}') }
        main.source.${REPORTING}`
      for (let i = 1; i <= 2; i++) {
        await tab.evaluate(`(() => {
          const worker = new Worker('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)}))
          worker.onmessage = ({ data }) => report('alone', data)
          worker.onerror = ({ message }) => report('problem', message)
        })()`)
        await feed.until(({ open }) => open === i, `${i} workers connect`)
        const from = tabs.remote.reports.length
        feed.send()
        const { value } = await tabs.remote.report(tab.number, 'alone', from)
        assert.deepEqual(value, [false, true], '`shared` and `leads`')
      }
      hasNoProblem(tabs, tab)
    },
  },
]
