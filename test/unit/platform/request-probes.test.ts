/** How often the runtime's `Request` is probed. */

import { afterEach, expect, it, vi } from 'vitest'
import { FetchOpener } from '../../../src/connection/fetch-exchange.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import type { EventSourceInit } from '../../../src/index.ts'
import { STUB_URL, response } from '../support/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Replaces the runtime's `Request` by a subclass that counts its instances. */
function stubRequest(): { readonly count: number } {
  let count = 0
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(input: string, init: RequestInit) {
        count++
        super(input, init)
      }
    },
  )
  return {
    get count() {
      return count
    },
  }
}

/** Makes several attempts of one connection and returns the number of requests constructed after each. */
async function countsOf(attempts: number, options: EventSourceInit): Promise<number[]> {
  const fetch = vi.fn(() => Promise.resolve(response(null)))
  vi.stubGlobal('fetch', fetch)
  const constructed = stubRequest()
  const opener = new FetchOpener(new URL(STUB_URL), readOptions(options))
  const counts: number[] = []
  for (let attempt = 1; attempt <= attempts; attempt++) {
    await opener.next(attempt).open(undefined, undefined)
    counts.push(constructed.count)
  }
  expect(fetch).toHaveBeenCalledTimes(attempts)
  return counts
}

it.each<[what: string, options: EventSourceInit]>([
  ['default options', {}],
  ['headers', { headers: { 'X-One': '1' } }],
  ['a headers function', { headers: () => ({ 'X-One': '1', Accept: 'text/event-stream' }) }],
  ['a body', { method: 'POST', body: 'text' }],
  ['a FormData', { method: 'POST', body: new FormData() }],
  ['a body function', { method: 'POST', body: () => new URLSearchParams('a=b') }],
  ['a function that returns streams', { method: 'POST', body: () => new ReadableStream() }],
  ['fetchOptions', { fetchOptions: { referrerPolicy: 'origin' } }],
  ['"resume"', { resume: () => ({ headers: { 'X-One': '1' } }) }],
])('constructs probe Requests only before the first fetch: with %s', async (_, options) => {
  const [first = NaN, ...others] = await countsOf(10, options)
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(10)
  expect(new Set(others)).toEqual(new Set([first]))
})

it('probes again for a different Request class', async () => {
  const [first] = await countsOf(1, {})
  expect(first).toBeGreaterThan(0)
  expect(await countsOf(1, {})).toEqual([first])
})
