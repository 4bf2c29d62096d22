/**
 * Classes of another realm or a polyfill, as in test environments and old apps, one at a time and combined: each works, or fails
 * once with advice. No failure is retried as a network error.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import type { Tally } from '../tally.ts'
import { BROWSER_BUILD, BUILDS, type Loaded } from './builds.ts'
import { changed } from './realms.ts'

type Pieces = Record<string, unknown>

const require = createRequire(import.meta.url)
/** Loads a package of this folder. */
const load = (name: string): Pieces => require(name) as Pieces
const streams = load('web-streams-polyfill')
const undici = load('undici')
const aborts = load('abortcontroller-polyfill/dist/cjs-ponyfill.js')
const otherAborts = load('abort-controller')

/** Globals that a polyfill installs in a realm without them. */
function installed(name: string, ...names: string[]): Pieces {
  const context = vm.createContext({ TextDecoder, TextEncoder, URLSearchParams, console, setTimeout })
  vm.runInContext('globalThis.self = globalThis.window = globalThis', context)
  const run = vm.runInContext(`(function (module, exports) {${textOf(name)}\n})`, context) as (
    ...args: object[]
  ) => void
  run({ exports: {} }, {})
  return pick(context, ...names)
}

function textOf(name: string): string {
  return readFileSync(require.resolve(name), 'utf8')
}

function pick(from: Pieces, ...names: string[]): Pieces {
  return Object.fromEntries(names.map((name) => [name, from[name]]))
}

const events = installed('event-target-polyfill', 'Event', 'EventTarget')
const streamClasses = pick(streams, 'ReadableStream', 'WritableStream', 'TransformStream')
const fetchClasses = pick(undici, 'Headers', 'Response', 'Request', 'FormData')

/** A subclass simulates the class of another realm, which differs only in its identity. */
const ownURL = { URL: class extends URL {} }

const COMPATIBLE: Record<string, Pieces> = {
  'AbortSignal of a polyfill': pick(aborts, 'AbortSignal'),
  'Response of undici': pick(undici, 'Response'),
  'Headers of undici': pick(undici, 'Headers'),
  'Request of undici': pick(undici, 'Request'),
  'fetch of undici': pick(undici, 'fetch'),
  'fetch of undici and all its classes': { ...fetchClasses, ...pick(undici, 'fetch') },
  'ReadableStream of a polyfill': pick(streams, 'ReadableStream'),
  'streams of a polyfill': streamClasses,
  'URL of another realm': ownURL,
  'MessageEvent of another family': pick(undici, 'MessageEvent'),
  'Event and EventTarget of a polyfill': events,
  'streams, URL, Event, EventTarget and the classes of fetch': {
    ...streamClasses,
    ...ownURL,
    ...events,
    ...fetchClasses,
  },
}

const FAILING: Record<string, Pieces> = {
  'AbortController of abortcontroller-polyfill': pick(aborts, 'AbortController'),
  'AbortController and AbortSignal of abortcontroller-polyfill': pick(aborts, 'AbortController', 'AbortSignal'),
  'AbortController of abort-controller': pick(otherAborts, 'AbortController'),
  'all of them': { ...streamClasses, ...ownURL, ...events, ...pick(aborts, 'AbortController', 'AbortSignal') },
}

const INCOMPATIBLE: Record<string, Pieces> = {
  'Event of a polyfill': pick(events, 'Event'),
  'EventTarget of a polyfill': pick(events, 'EventTarget'),
}

const ADVICE = /fetch rejects this AbortController\. Use both from the same realm/

export async function checkForeign(tally: Tally, url: string): Promise<void> {
  for (const [build, load] of Object.entries({ ...BUILDS, 'browser build': BROWSER_BUILD })) {
    const suite = tally.suite(`foreign pieces, ${build}`)
    const loadWith = (pieces: Pieces): Promise<Loaded> =>
      load(changed(Object.fromEntries(Object.entries(pieces).map(([name, value]) => [name, { value }]))))
    for (const [name, pieces] of Object.entries(COMPATIBLE)) {
      await suite.run(`${name}: works`, async () => {
        assert.deepEqual(await outcomes(await loadWith(pieces), url), {
          source: ['hello'],
          loop: 'hello',
          dropIn: 'hello',
        })
      })
    }
    for (const [name, pieces] of Object.entries(FAILING)) {
      await suite.run(`${name}: fails once with advice`, async () => {
        const { source, loop, dropIn } = await outcomes(await loadWith(pieces), url)
        assert.equal(source.length, 1)
        for (const message of [...source, loop]) assert.match(message, /^unsupported: .* was not requested: /)
        for (const message of [...source, loop, dropIn]) assert.match(message, ADVICE)
      })
    }
    if (load !== BROWSER_BUILD) {
      for (const [name, pieces] of Object.entries(INCOMPATIBLE)) {
        await suite.run(`${name}: the constructor reports that the classes are incompatible`, async () => {
          const { everysource } = await loadWith(pieces)
          for (let time = 0; time < 2; time++) {
            assert.throws(() => new everysource.EventSource(url), {
              name: 'TypeError',
              message: /^Event and EventTarget are incompatible\. Use both from the same realm/,
            })
          }
        })
      }
    }
    await suite.run("the caller's signal may be from a polyfill", async () => {
      const { everysource } = await loadWith({})
      for (const { AbortController: Foreign } of [aborts, otherAborts] as {
        AbortController: typeof AbortController
      }[]) {
        const controller = new Foreign()
        const source = new everysource.EventSource(url, { signal: controller.signal })
        await new Promise((resolve) => {
          source.onmessage = resolve
        })
        controller.abort()
        assert.equal(source.readyState, source.CLOSED)
      }
    })
    suite.end()
  }
}

/** Runs each API and returns its messages, or its errors until there are two. */
async function outcomes(
  { everysource, dropIn }: Loaded,
  url: string,
): Promise<{ source: string[]; loop: string; dropIn: string }> {
  return {
    source: await new Promise((resolve) => {
      const received: string[] = []
      const source = new everysource.EventSource(url, { reconnectionTime: 0 })
      const record = (text: string, isEnd: boolean): void => {
        received.push(text)
        if (!isEnd) return
        source.close()
        resolve(received)
      }
      source.addEventListener('message', ({ data }) => {
        record(data, true)
      })
      source.addEventListener('error', ({ error }) => {
        record(inWords(error), source.readyState === source.CLOSED || received.length > 0)
      })
    }),
    loop: await firstOf(everysource.streamEvents(url, { reconnect: { maxAttempts: 2 }, reconnectionTime: 0 })),
    dropIn: await new Promise((resolve) => {
      let errors = 0
      void dropIn
        .fetchEventSource(url, {
          onmessage: ({ data }) => {
            resolve(data)
            throw new Error('enough')
          },
          onerror: (error: unknown) => {
            if (errors++ > 0 || (error as Error).message === 'enough') throw error
            return 0
          },
        })
        .catch((error: unknown) => {
          resolve(inWords(error))
        })
    }),
  }
}

async function firstOf(events: AsyncIterable<{ data: string }>): Promise<string> {
  try {
    for await (const { data } of events) return data
  } catch (error) {
    return inWords(error)
  }
  return 'nothing'
}

function inWords(error: unknown): string {
  const { name, message, reason = name } = error as Error & { reason?: string }
  return `${reason}: ${message}`
}
