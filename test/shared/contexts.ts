/** Frames and workers that share a connection with tabs. */

import assert from 'node:assert/strict'
import { PATIENCE } from '../awake/feed.ts'
import { haveAll, type SharedCheck } from './check.ts'
import type { Tab } from './tabs.ts'

/** A context in the first tab: how to open it, to evaluate code in it, and to end it. */
interface Context {
  name: string
  open: string
  evaluate: (code: string) => string
  end: string
}

const inPort =
  (port: string) =>
  (code: string): string =>
    `ask(${port}, ${JSON.stringify(code)})`

/** In the line of succession. */
const CONTEXTS: Context[] = [
  {
    name: 'frame',
    open: `new Promise((resolve) => {
      frame = document.createElement('iframe')
      frame.src = '/tab.html'
      frame.onload = () => resolve(1)
      document.documentElement.append(frame)
    })`,
    evaluate: (code) => `frame.contentWindow.eval(${JSON.stringify(code)})`,
    end: 'frame.remove()',
  },
  {
    name: 'dedicated worker',
    open: `void (worker = new Worker('/worker.js'))`,
    evaluate: inPort('worker'),
    end: 'worker.terminate()',
  },
  {
    name: 'shared worker',
    open: `void (shared = new SharedWorker('/worker.js').port)`,
    evaluate: inPort('shared'),
    end: `shared.postMessage('close()')`,
  },
]

/** Evaluates an expression in a context until it is true. */
async function until(tab: Tab, { name, evaluate }: Context, expression: string): Promise<void> {
  const end = performance.now() + PATIENCE
  while ((await tab.evaluate(evaluate(expression))) !== true) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE} ms in the ${name}: ${expression}`)
  }
}

export const IN_CONTEXTS: SharedCheck[] = [
  {
    name: 'a frame, a dedicated worker, a shared worker and a tab succeed each other',
    run: async (tabs) => {
      const feed = tabs.feeds.open({ messages: 20 })
      const start = `void (main = follow('${feed.path}'))`
      const [first, other] = (await tabs.openAll(2)) as [Tab, Tab]
      for (const context of CONTEXTS) {
        await first.evaluate(context.open)
        await first.evaluate(context.evaluate(start))
        await until(first, context, 'main.last > 0')
      }
      for (const tab of [other, first]) {
        await tab.evaluate(start)
        await tab.until('main.last > 0')
      }
      let requests = 1
      for (const context of CONTEXTS) {
        const { name, evaluate, end } = context
        await until(first, context, 'main.source.leads')
        assert.deepEqual(await first.evaluate(evaluate('main.faults')), [], `faults in the ${name}`)
        await first.evaluate(`void ${end}`)
        const { lastEventId } = await feed.request(++requests)
        assert.ok(Number(lastEventId) > 0)
      }
      await other.until('main.source.leads')
      const { sent } = feed
      await feed.until((feed) => feed.sent > sent + 5, 'messages are sent')
      feed.stop()
      await haveAll(tabs, feed, [first, other])
      assert.equal(feed.requests.length, requests)
      assert.equal(feed.open, 1)
    },
  },
]
