/** Behavior without a part of the runtime. */

import assert from 'node:assert/strict'
import type { Tally } from '../tally.ts'
import { BUILDS, POLYFILLS, type Loaded } from './builds.ts'
import { PARTS, without } from './realms.ts'
import { USES, type Outcome } from './uses.ts'

const EVENT_SOURCE = ['EventSource']
const STREAMS = ['streamEvents of a URL', 'streamEvents of a response', 'streamEvents of a stream']
const ALL = Object.keys(USES)

/** The uses that require each global. All others work without it. */
export const REQUIRED_BY: Record<string, string[]> = {
  Event: EVENT_SOURCE,
  EventTarget: EVENT_SOURCE,
  AbortController: [...EVENT_SOURCE, ...STREAMS, 'fetchEventSource'],
  TextDecoder: ALL,
  URL: [...EVENT_SOURCE, ...STREAMS],
  ReadableStream: ['EventDecoderStream'],
  TransformStream: ['EventDecoderStream'],
  fetch: ['EventSource', 'streamEvents of a URL', 'fetchEventSource'],
}

/** Names in messages that differ from the global's name. */
const NAMES_IN_MESSAGES: Record<string, string> = { URL: 'a complete URL', TextDecoder: 'a streaming TextDecoder' }

const POLYFILL: Record<string, string> = {
  Event: 'event-target-polyfill',
  EventTarget: 'event-target-polyfill',
  AbortController: 'abortcontroller-polyfill',
  TextDecoder: '@bacons/text-decoder',
  URL: 'react-native-url-polyfill',
  ReadableStream: 'web-streams-polyfill',
  TransformStream: 'web-streams-polyfill',
}

/** Globals read on load: the base classes. */
const READ_AT_LOAD = ['Event', 'EventTarget', 'Symbol']

export async function checkMissing(tally: Tally, url: string): Promise<void> {
  for (const [build, load] of Object.entries(BUILDS)) {
    const suite = tally.suite(`parts missing, ${build}`)
    for (const part of PARTS) {
      const { context, read } = without(part)
      const before = Reflect.ownKeys(context)
      let loaded: Loaded | undefined
      await suite.run(`loading succeeds without ${part} and has no effect`, async () => {
        loaded = await load(context)
        const added = Reflect.ownKeys(context).filter((key) => !before.includes(key))
        assert.deepEqual(added, [])
        assert.deepEqual(
          [...read].filter((name) => !READ_AT_LOAD.includes(name)),
          [],
        )
      })
      for (const [name, use] of Object.entries(USES)) {
        if (!loaded) continue
        const needs = REQUIRED_BY[part]?.includes(name) === true
        const library = loaded
        await suite.run(`${name} ${needs ? 'reports the missing part' : 'works'} without ${part}`, async () => {
          const outcome = await use(library, url)
          if (needs) checkMessage(outcome, part, name)
          else assert.deepEqual(outcome, { data: 'hello' })
        })
      }
    }
    suite.end()
  }

  const suite = tally.suite('parts missing, polyfills')
  for (const [build, load] of Object.entries(POLYFILLS)) {
    for (const entry of ['polyfill', 'polyfill/force']) {
      for (const part of PARTS) {
        await suite.run(`${entry} (${build}) loads without ${part} and defines only EventSource`, async () => {
          const { context } = without(part)
          const before = Reflect.ownKeys(context)
          await load(context, entry)
          const added = Reflect.ownKeys(context).filter((key) => !before.includes(key))
          assert.deepEqual(added, ['EventSource'])
        })
      }
    }
  }
  suite.end()
}

function checkMessage(outcome: Outcome, part: string, use: string): void {
  const [name = ''] = use.split(' ')
  if (part === 'fetch') {
    // Looked up for each request.
    assert('failed' in outcome, JSON.stringify(outcome))
    assert.match(outcome.failed, /cannot be fetched: this runtime has no fetch\. Pass one as option "fetch"$/)
    return
  }
  const message = `TypeError: ${name} requires ${NAMES_IN_MESSAGES[part] ?? part}, which this runtime lacks. Load a polyfill before everysource, such as ${POLYFILL[part] ?? ''}`
  // It returns a promise, so it doesn't throw.
  assert.deepEqual(outcome, name === 'fetchEventSource' ? { failed: message } : { thrown: message })
}
