/** Sources in a page that is really hidden and shown. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { refused, stream, withEnoughTime, type Stream } from '../conformance/harness.ts'
import type { Answer, LoggedRequest } from '../server/program.ts'
import { PATIENCE, upTo } from './feed.ts'
import { A_WHILE, HIDDEN_LIMIT, type Check, type Scene } from './scene.ts'

/** How often the page is hidden and shown, and every which time until the connection is closed. */
const TIMES = 10
const LONG_EVERY = 4

/** Waits to try, in ms. A busy browser may hide the page only after a short one. */
const WAITS = [1_500, 6_000, 25_000]

const CLOSES = "{ whenHidden: 'close' }"

/** A POST request that a GET request resumes. */
const POSTS = "{ whenHidden: 'close', method: 'POST', body: '{}', resume: () => ({ method: 'GET' }) }"

const first = stream('id: 1\ndata: one\n\n', 'id: 2\ndata: two\n\n')
const second = stream('id: 3\ndata: three\n\n')

const ids = (requests: LoggedRequest[]): unknown[] => requests.map(({ lastEventId }) => lastEventId ?? null)
const live = (requests: LoggedRequest[]): number => requests.filter(({ endedAt }) => endedAt === null).length

/** Hides the page until the server has seen the connections close. */
async function hideUntilClosed(scene: Scene, served: Stream, closed: number): Promise<void> {
  await scene.hide()
  await served.log({ closed, patience: PATIENCE })
}

async function follow(scene: Scene, served: Stream, options = CLOSES, how = 'follow'): Promise<void> {
  await scene.do(`main = ${how}('${served.url}', ${options})`)
}

/** Hides the page until the connection is closed, and shows it. */
async function closesAndReopens(scene: Scene, how: 'follow' | 'loop', options: string): Promise<Stream> {
  await scene.load()
  const served = await scene.serve(first, second)
  await follow(scene, served, options, how)
  await scene.untilCalled('2')
  await hideUntilClosed(scene, served, 1)
  await delay(A_WHILE)
  if (how === 'follow') assert.equal(await scene.evaluate('main.source.readyState'), 0, 'readyState while hidden')
  assert.equal((await served.log()).requests.length, 1, 'requests while hidden')
  await scene.show()
  await scene.untilCalled('3')
  const { requests } = await served.log({ requests: 2 })
  assert.deepEqual(ids(requests), [null, '2'])
  assert.deepEqual(await scene.calls(), how === 'follow' ? ['open', '1', '2', 'open', '3'] : ['1', '2', '3'])
  return served
}

/** Hides the page while it waits to reconnect, for longer than the wait. Returns false if it was hidden too late. */
async function hiddenWhileWaiting(scene: Scene, wait: number, isShownEarly: boolean): Promise<boolean> {
  await scene.load()
  const lost: Answer = { steps: [{ write: `retry: ${wait}\nid: 1\ndata: one\n\n` }, { end: true }] }
  const served = await scene.serve(lost, second)
  await follow(scene, served)
  await scene.untilCalled('error 0 ended')
  await scene.hide()
  if ((await served.log()).requests.length > 1) return false
  if (!isShownEarly) {
    await delay(wait + A_WHILE)
    assert.equal((await served.log()).requests.length, 1, 'requests while hidden')
  }
  await scene.show()
  await scene.untilCalled('3')
  const { requests } = await served.log({ requests: 2 })
  assert.deepEqual(ids(requests), [null, '1'])
  assert.deepEqual(await scene.calls(), ['open', '1', 'error 0 ended', 'open', '3'])
  const [lostAt, next] = [requests[0]?.endedAt ?? 0, requests[1]?.at ?? 0]
  // The server sees the end a moment after it has sent it.
  if (isShownEarly) assert.ok(next - lostAt > wait - 100, `the wait took ${next - lostAt} ms instead of ${wait}`)
  return true
}

export const HIDDEN: Check[] = [
  {
    name: 'a source closes its connection while the page is hidden, and resumes after the last ID when it is shown',
    run: async (scene) => {
      await closesAndReopens(scene, 'follow', CLOSES)
    },
  },
  {
    name: 'a streamEvents loop continues after the page was hidden',
    run: async (scene) => {
      await closesAndReopens(scene, 'loop', CLOSES)
    },
  },
  {
    name: 'a streamEvents loop over a POST request with resume continues after the page was hidden',
    run: async (scene) => {
      const { requests } = await (await closesAndReopens(scene, 'loop', POSTS)).log()
      assert.deepEqual(
        requests.map(({ method }) => method),
        ['POST', 'GET'],
      )
    },
  },
  {
    name: 'hiding the page briefly causes no request',
    run: (scene) =>
      withEnoughTime([1, 2, 3, 4, 5], async () => {
        await scene.load()
        const served = await scene.serve(
          { steps: [{ write: 'id: 1\ndata: one\n\n' }, { gate: 'shown' }, { write: 'id: 2\ndata: two\n\n' }] },
          second,
        )
        await follow(scene, served)
        await scene.untilCalled('1')
        await scene.hide()
        await scene.show()
        await delay(HIDDEN_LIMIT + A_WHILE)
        if ((await scene.hiddenFor()) >= HIDDEN_LIMIT) return false
        await served.openGate('shown')
        await scene.untilCalled('2')
        const { requests } = await served.log()
        assert.equal(requests.length, 1)
        assert.equal(live(requests), 1)
        assert.deepEqual(await scene.calls(), ['open', '1', '2'])
        return true
      }),
  },
  {
    name: 'a source created in a hidden page sends no request until the page is shown',
    run: async (scene) => {
      await scene.load()
      const served = await scene.serve(first)
      await scene.hide()
      await follow(scene, served)
      await delay(A_WHILE)
      assert.equal((await served.log()).requests.length, 0, 'requests while hidden')
      assert.equal(await scene.evaluate('main.source.readyState'), 0)
      await scene.show()
      await scene.untilCalled('2')
      assert.equal((await served.log()).requests.length, 1)
      assert.deepEqual(await scene.calls(), ['open', '1', '2'])
    },
  },
  {
    name: 'a source created in a hidden page and closed there sends no request when the page is shown',
    run: async (scene) => {
      await scene.load()
      const served = await scene.serve(first)
      await scene.hide()
      await follow(scene, served)
      await scene.do('main.source.close()')
      await scene.show()
      await delay(A_WHILE)
      assert.equal((await served.log()).requests.length, 0)
      assert.equal(await scene.evaluate('main.source.readyState'), 2)
    },
  },
  {
    name: 'a source that waits to reconnect in a hidden page sends no request until the page is shown',
    run: (scene) => withEnoughTime(WAITS, (wait) => hiddenWhileWaiting(scene, wait, false)),
  },
  {
    name: 'showing the page does not shorten the wait to reconnect',
    run: (scene) => withEnoughTime([4_000, 25_000], (wait) => hiddenWhileWaiting(scene, wait, true)),
  },
  {
    name: 'hidden while connecting, a source cancels the request and repeats it when the page is shown',
    run: async (scene) => {
      await scene.load()
      const served = await scene.serve({ before: 'never' }, first)
      await follow(scene, served)
      await served.log({ requests: 1, patience: PATIENCE })
      await hideUntilClosed(scene, served, 1)
      assert.equal(await scene.evaluate('main.source.readyState'), 0)
      await scene.show()
      await scene.untilCalled('2')
      assert.deepEqual(await scene.calls(), ['open', '1', '2'])
    },
  },
  {
    name: 'a page hidden and shown ten times keeps one connection, and receives each message once',
    run: async (scene) => {
      await scene.load()
      const feed = scene.feed({ messages: 20 })
      await scene.do(`main = follow('${feed.path}', ${CLOSES})`)
      await feed.request(1)
      for (let i = 1; i <= TIMES; i++) {
        await scene.hide()
        if (i % LONG_EVERY === 0) await feed.until(({ open }) => open === 0, 'the connection closes')
        await scene.show()
        await feed.until(({ open }) => open > 0, 'the connection opens')
      }
      feed.stop()
      await scene.untilCalled(String(feed.sent))
      await feed.until(({ open }) => open === 1, 'one connection is left')
      assert.deepEqual(
        (await scene.calls()).filter((call) => call !== 'open'),
        upTo(feed.sent),
      )
    },
  },
  {
    name: 'a source closed in a hidden page sends no request when the page is shown',
    run: async (scene) => {
      await scene.load()
      const [early, late] = [await scene.serve(first), await scene.serve(first)]
      await follow(scene, late)
      await scene.do(`early = follow('${early.url}', ${CLOSES})`)
      await scene.untilCalled('2')
      await scene.untilCalled('2', 'early')
      await scene.hide()
      await scene.do('early.source.close()')
      await late.log({ closed: 1, patience: PATIENCE })
      await scene.do('main.source.close()')
      await scene.show()
      await delay(A_WHILE)
      for (const served of [early, late]) {
        const { requests } = await served.log({ closed: 1, patience: PATIENCE })
        assert.equal(requests.length, 1)
      }
      assert.deepEqual(await scene.evaluate('[main.source.readyState, early.source.readyState]'), [2, 2])
    },
  },
  {
    name: 'a refused response in a hidden page still fails the source',
    run: async (scene) => {
      await scene.load()
      const served = await scene.serve({ before: 'hidden', ...refused(404) })
      await follow(scene, served)
      await served.log({ requests: 1, patience: PATIENCE })
      await scene.hide()
      await served.openGate('hidden')
      // The page may close the connection before the response arrives. It then receives the response when it is shown.
      await delay(A_WHILE)
      await scene.show()
      await scene.until('main.source.readyState === 2')
      assert.deepEqual(await scene.calls(), ['error 2 status'])
    },
  },
  {
    name: 'a source without whenHidden, and one in a worker with it, stay open while the page is hidden',
    run: async (scene) => {
      await scene.load()
      const answer: Answer = {
        steps: [{ write: 'id: 1\ndata: one\n\n' }, { gate: 'hidden' }, { write: 'id: 2\ndata: two\n\n' }],
      }
      const [kept, inWorker] = [await scene.serve(answer), await scene.serve(answer)]
      await follow(scene, kept, '{}')
      await scene.do("worker = new Worker('/worker.js')")
      await scene.do('worker.onmessage = ({ data }) => (inWorker = data)')
      await scene.do(`worker.postMessage('${inWorker.url}')`)
      await scene.untilCalled('1')
      await scene.untilCalled('1', 'globalThis.inWorker?')
      await scene.hide()
      await delay(HIDDEN_LIMIT + A_WHILE)
      for (const served of [kept, inWorker]) await served.openGate('hidden')
      await scene.untilCalled('2')
      await scene.untilCalled('2', 'inWorker')
      for (const served of [kept, inWorker]) {
        const { requests } = await served.log()
        assert.equal(requests.length, 1)
        assert.equal(live(requests), 1)
      }
      await scene.show()
      assert.deepEqual(await scene.calls(), ['open', '1', '2'])
      assert.deepEqual(await scene.calls('inWorker'), ['open', '1', '2'])
    },
  },
]
