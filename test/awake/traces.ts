/** Listeners and timers of sources, counted in the page. */

import assert from 'node:assert/strict'
import { stream } from '../conformance/harness.ts'
import { PATIENCE } from './feed.ts'
import { type Check, type Scene } from './scene.ts'

interface Traces {
  /** The listeners on `document` and `window`, such as `document visibilitychange`. */
  listeners: string[]
  /** The number of pending timers. */
  timers: number
}

/** How a source or a loop is started. */
const STARTS: Record<string, string> = {
  'a source': 'follow(URL, OPTIONS)',
  'a streamEvents loop': 'loop(URL, OPTIONS)',
}

const OPTIONS: Record<string, string> = {
  'without options': '{}',
  'with idleTimeout': '{ idleTimeout: 20_000 }',
  "with idleTimeout: 'auto'": "{ idleTimeout: 'auto' }",
  "with whenHidden: 'close'": "{ whenHidden: 'close' }",
  'with both': "{ idleTimeout: 20_000, whenHidden: 'close' }",
}

const NOTHING: Traces = { listeners: [], timers: 0 }

async function traces(scene: Scene): Promise<Traces> {
  const { listeners, timers } = (await scene.evaluate('traces()')) as Traces
  // One for the whole library, which outlives sources: it repeats messages that Firefox lost in the back/forward cache.
  const shared = listeners.indexOf('window pageshow')
  return { listeners: listeners.filter((_, i) => i !== shared), timers }
}

async function start(scene: Scene, call: string, options: string): Promise<ReturnType<Scene['serve']>> {
  const served = scene.serve(stream('id: 1\ndata: one\n\n'))
  await scene.do(`main = ${call.replace('URL', `'${(await served).url}'`).replace('OPTIONS', options)}`)
  return served
}

const closingChecks = Object.entries(STARTS).map(([what, call]) => ({
  name: `${what} leaves no listener and no timer behind after close(), with any of the options`,
  run: async (scene: Scene) => {
    await scene.load()
    assert.deepEqual(await traces(scene), NOTHING, 'after loading')
    for (const [name, options] of Object.entries(OPTIONS)) {
      await start(scene, call, options)
      await scene.untilCalled('1')
      await scene.do('main.source.close()')
      await scene.until('main.source.readyState !== 1')
      assert.deepEqual(await traces(scene), NOTHING, name)
    }
  },
}))

export const TRACES: Check[] = [
  ...closingChecks,
  {
    name: 'a source without whenHidden and idleTimeout adds no listener to the document, and no timer',
    run: async (scene) => {
      await scene.load()
      for (const call of Object.values(STARTS)) {
        await start(scene, call, '{}')
        await scene.untilCalled('1')
        const { listeners, timers } = await traces(scene)
        assert.deepEqual(listeners, ['window pagehide', 'window resume'])
        assert.equal(timers, 0)
        await scene.do('main.source.close()')
      }
    },
  },
  {
    name: 'the count of listeners and timers sees those of the options',
    run: async (scene) => {
      await scene.load()
      await start(scene, 'follow(URL, OPTIONS)', OPTIONS['with both'] ?? '')
      await scene.untilCalled('1')
      const { listeners, timers } = await traces(scene)
      assert.ok(listeners.includes('document visibilitychange'), listeners.join())
      assert.ok(timers > 0)
    },
  },
  {
    name: 'a source closed in a hidden page leaves no listener and no timer behind',
    run: async (scene) => {
      await scene.load()
      const served = await start(scene, 'follow(URL, OPTIONS)', OPTIONS['with both'] ?? '')
      await scene.untilCalled('1')
      await scene.hide()
      const early = await traces(scene)
      await served.log({ closed: 1, patience: PATIENCE })
      assert.notDeepEqual(early, NOTHING)
      await scene.do('main.source.close()')
      assert.deepEqual(await traces(scene), NOTHING, 'closed after the connection')
      await start(scene, 'follow(URL, OPTIONS)', OPTIONS['with both'] ?? '')
      await scene.do('main.source.close()')
      assert.deepEqual(await traces(scene), NOTHING, 'created and closed while hidden')
    },
  },
]
