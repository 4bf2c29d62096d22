/** When `navigator` is read: VS Code's extension host reports each read as a fault of the extension. */

import { afterEach, expect, it, vi } from 'vitest'
import { streamEvents } from '../../../src/index.ts'
import { onceOnline } from '../../../src/platform/page.ts'
import { finished, nextError, NOWHERE, open } from '../support/sources.ts'

const real = globalThis.navigator

afterEach(() => {
  Object.defineProperty(globalThis, 'navigator', { value: real, configurable: true, writable: true })
  vi.unstubAllGlobals()
})

/** Counts the reads of `navigator`. */
function watchNavigator(): { readonly reads: number } {
  let reads = 0
  Object.defineProperty(globalThis, 'navigator', {
    get: () => {
      reads++
      return { onLine: true }
    },
    configurable: true,
  })
  return {
    get reads() {
      return reads
    },
  }
}

it('is not read in Node, by sources that are lost and loops', async () => {
  const watched = watchNavigator()
  const fetch = (): Promise<Response> => Promise.resolve(finished('data: 1\n\n'))
  const source = open(NOWHERE, { fetch, reconnectionTime: 0 })
  await nextError(source)
  await nextError(source)
  source.close()
  for await (const _ of streamEvents(NOWHERE, { fetch }));
  expect(watched.reads).toBe(0)
})

it.each([
  ['in a page of Electron, where `process` is', { document: {} }, 1],
  ['in a worker of Electron', { importScripts: () => undefined }, 1],
  ['in a browser', { process: undefined }, 1],
  ['in Node', {}, 0],
])('%s it decides whether `online` is heard', (_, globals, count) => {
  const watched = watchNavigator()
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  const add = vi.fn()
  vi.stubGlobal('addEventListener', add)
  onceOnline(() => undefined)
  expect([watched.reads, add.mock.calls.length]).toEqual([count, count])
})
