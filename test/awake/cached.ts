/** Pages with a hidden source that navigate away, and back through the back/forward cache. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Feed } from './feed.ts'
import { A_WHILE, type Check, type Scene } from './scene.ts'

interface Visit {
  /** Whether the page is hidden when it is left. */
  leaves: 'visible' | 'briefly hidden' | 'hidden until closed'
  returns: 'visible' | 'hidden'
}

const VISITS: Visit[] = [
  { leaves: 'visible', returns: 'visible' },
  { leaves: 'visible', returns: 'hidden' },
  { leaves: 'briefly hidden', returns: 'visible' },
  { leaves: 'hidden until closed', returns: 'visible' },
  { leaves: 'hidden until closed', returns: 'hidden' },
]

/**
 * Firefox does not cache a page that is still loading from the network. On a slow machine, the connection of a briefly hidden page may
 * have been closed when the page is left.
 */
function mayBeCached({ engine }: Scene, { leaves }: Visit, wasCached: boolean): boolean {
  if (engine !== 'firefox') return wasCached
  return leaves === 'briefly hidden' || wasCached === (leaves === 'hidden until closed')
}

async function leaves(scene: Scene, feed: Feed, how: Visit['leaves']): Promise<void> {
  if (how !== 'visible') await scene.hide()
  if (how === 'hidden until closed') await feed.until(({ open }) => open === 0, 'the connection closes')
  await scene.leave()
  await feed.until(({ open }) => open === 0, 'the connection closes')
}

async function visits(scene: Scene, visit: Visit): Promise<void> {
  await scene.load()
  const feed = scene.feed()
  await scene.do(`main = follow('${feed.path}', { whenHidden: 'close' })`)
  await feed.request(1)
  feed.send()
  await scene.untilCalled('1')
  await leaves(scene, feed, visit.leaves)
  const before = feed.requests.length
  if (visit.returns === 'hidden') await scene.hide()
  else await scene.show()
  const wasCached = await scene.comeBack()
  assert.ok(mayBeCached(scene, visit, wasCached), `whether the page was cached: ${wasCached}`)
  if (!wasCached) return
  if (visit.returns === 'hidden') {
    await delay(A_WHILE)
    assert.equal(feed.requests.length, before, 'requests while hidden')
    await scene.show()
  }
  feed.send()
  await scene.untilCalled('2')
  await delay(A_WHILE)
  // WebKit cancels requests when the navigation starts, before the page can know that it will be left.
  const isError = (call: string): boolean => scene.engine === 'webkit' && call === 'error 0 network'
  assert.deepEqual(
    (await scene.calls()).filter((call) => !isError(call)),
    ['open', '1', 'open', '2'],
  )
  assert.deepEqual(
    feed.requests.map(({ lastEventId }) => lastEventId),
    [undefined, '1'],
  )
  assert.equal(feed.open, 1)
}

/** Firefox loses messages that are posted while the page enters the cache, and with them the tasks of a script. */
const QUEUES_TASKS = `addEventListener('pagehide', () => {
  const start = (controller) => controller.enqueue(new TextEncoder().encode('id: 7\\ndata: seven\\n\\n'))
  const Source = function (stream) { return everysource.EventSource.fromReadableStream(stream) }
  given = follow(new ReadableStream({ start }), undefined, Source)
})`

export const CACHED: Check[] = [
  ...VISITS.map((visit) => ({
    name: `left ${visit.leaves} and restored ${visit.returns}, a page sends one request, when it is shown, and fires no error`,
    run: (scene: Scene) => visits(scene, visit),
  })),
  {
    name: 'a message that arrives while the page enters the cache is delivered when it is restored, like later ones',
    run: async (scene) => {
      await scene.load()
      await scene.do(QUEUES_TASKS)
      await scene.leave()
      assert.equal(await scene.comeBack(), true, 'the page was cached')
      const feed = scene.feed()
      await scene.do(`main = follow('${feed.path}')`)
      await feed.request(1)
      feed.send()
      await scene.untilCalled('1')
      await scene.untilCalled('7', 'given')
      assert.deepEqual(await scene.calls('given'), ['open', '7'])
    },
  },
]
