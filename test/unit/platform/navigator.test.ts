/** When `navigator` is read: VS Code's extension host reports each read as an error of the extension. */

import { afterEach, expect, it, vi } from 'vitest'
import { streamEvents } from '../../../src/index.ts'
import { onOnline } from '../../../src/platform/page.ts'
import { closingResponse, nextError, STUB_URL, open } from '../support/sources.ts'

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

it('navigator is not read in Node by a lost source or a loop', async () => {
  const watched = watchNavigator()
  const fetch = (): Promise<Response> => Promise.resolve(closingResponse('data: 1\n\n'))
  const source = open(STUB_URL, { fetch, reconnectionTime: 0 })
  await nextError(source)
  await nextError(source)
  source.close()
  for await (const _ of streamEvents(STUB_URL, { fetch }));
  expect(watched.reads).toBe(0)
})

it.each([
  ['on an Electron page, which has `process`', { document: {} }, 1],
  ['in an Electron worker', { importScripts: () => undefined }, 1],
  ['in a browser', { process: undefined }, 1],
  ['in Node', {}, 0],
])('%s, navigator determines whether to listen for `online`', (_, globals, count) => {
  const watched = watchNavigator()
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  const add = vi.fn()
  vi.stubGlobal('addEventListener', add)
  onOnline(() => undefined)
  expect([watched.reads, add.mock.calls.length]).toEqual([count, count])
})
