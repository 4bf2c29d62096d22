/** Sources of an iframe that is removed or navigates away, while its parent holds references to them. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { ending, stream } from '../conformance/harness.ts'
import type { Answer } from '../server/program.ts'
import { PATIENCE } from './feed.ts'
import { A_WHILE, type Check, type Scene } from './scene.ts'

/** Removes the iframe's document. */
const REMOVALS = {
  removed: 'frame.remove()',
  'removed with its parent element': 'frame.parentNode.replaceChildren()',
  'navigated to another page': `frame.src = '/away.html'`,
}

/** Phases of a source, with the server's answers and a condition in the page. */
const PHASES: { phase: string; answers: Answer[]; until: string }[] = [
  { phase: 'open', answers: [stream('id: 1\ndata: one\n\n')], until: 'main.calls.includes("1")' },
  {
    phase: 'waiting to reconnect',
    answers: [ending('retry: 500\nid: 1\ndata: one\n\n')],
    until: 'main.calls.includes("error 0 ended")',
  },
  { phase: 'connecting', answers: [{ before: 'never' }], until: 'true' },
]

const SOURCES: Record<string, string> = {
  'a source': 'follow(URL)',
  "a source with whenHidden: 'close'": `follow(URL, { whenHidden: 'close', idleTimeout: 60_000 })`,
}

const LOOPS: Record<string, string> = {
  'a streamEvents loop': 'loop(URL)',
  'a streamEvents loop over a POST request': `loop(URL, { method: 'POST', body: '{}' })`,
  'a source that never reconnects': 'follow(URL, { reconnect: false })',
}

async function openFrame(scene: Scene): Promise<void> {
  await scene.load()
  await scene.evaluate(`new Promise((resolve) => {
    frame = document.createElement('iframe')
    frame.src = '/frame.html'
    frame.onload = resolve
    document.body.append(frame)
  }).then(() => 1)`)
}

/** Starts `main` in the iframe. */
async function start(scene: Scene, call: string, url: string): Promise<void> {
  await scene.do(`main = frame.contentWindow.${call.replace('URL', JSON.stringify(url))}`)
}

const sourceChecks = PHASES.flatMap(({ phase, answers, until }) =>
  Object.entries(REMOVALS).flatMap(([how, removal]) =>
    Object.entries(SOURCES).map(([what, call]) => ({
      name: `${what}, ${phase}, is CLOSED once its iframe is ${how}`,
      run: async (scene: Scene) => {
        await openFrame(scene)
        const served = await scene.serve(...answers)
        await start(scene, call, served.url)
        await served.log({ requests: 1, patience: PATIENCE })
        await scene.until(until)
        const { requests: before } = await served.log()
        await scene.do(removal)
        await scene.until('main.source.readyState === 2')
        const { requests } = await served.log({ closed: before.length, patience: PATIENCE })
        await delay(A_WHILE)
        assert.equal((await served.log()).requests.length, requests.length, 'requests after the removal')
        assert.ok(requests.length <= before.length + 1)
      },
    })),
  ),
)

const loopChecks = Object.entries(LOOPS).map(([what, call]) => ({
  name: `${what} closes its connection when its iframe is removed`,
  run: async (scene: Scene) => {
    await openFrame(scene)
    const served = await scene.serve(stream('id: 1\ndata: one\n\n'))
    await start(scene, call, served.url)
    await scene.untilCalled('1')
    await scene.do(REMOVALS.removed)
    await served.log({ closed: 1, patience: PATIENCE })
    await delay(A_WHILE)
    assert.equal((await served.log()).requests.length, 1, 'requests after the removal')
    if (call.startsWith('follow')) assert.equal(await scene.evaluate('main.source.readyState'), 2)
  },
}))

export const FRAMES: Check[] = [...sourceChecks, ...loopChecks]
