/** How often the runtime's `Request` is probed. */

import { afterEach, expect, it, vi } from 'vitest'
import { FetchOpener } from '../../../src/connection/fetch-exchange.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import type { EventSourceInit } from '../../../src/index.ts'
import { NOWHERE, response } from '../support/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Replaces the runtime's `Request` with a class of its own that counts its instances. */
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

/** Makes attempts of one connection: how many requests it has constructed after each. */
async function countsOf(attempts: number, options: EventSourceInit): Promise<number[]> {
  const fetch = vi.fn(() => Promise.resolve(response(null)))
  vi.stubGlobal('fetch', fetch)
  const constructed = stubRequest()
  const opener = new FetchOpener(new URL(NOWHERE), readOptions(options))
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
  ['a function for headers', { headers: () => ({ 'X-One': '1', Accept: 'text/event-stream' }) }],
  ['a body', { method: 'POST', body: 'text' }],
  ['a FormData', { method: 'POST', body: new FormData() }],
  ['a function for the body', { method: 'POST', body: () => new URLSearchParams('a=b') }],
  ['a function that returns streams', { method: 'POST', body: () => new ReadableStream() }],
  ['members for fetch', { fetchOptions: { referrerPolicy: 'origin' } }],
  ['"resume"', { resume: () => ({ headers: { 'X-One': '1' } }) }],
])(
  'constructs a Request for probes only before the first fetch, however many attempts follow: with %s',
  async (_, options) => {
    const [first = NaN, ...others] = await countsOf(10, options)
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(10)
    expect(new Set(others)).toEqual(new Set([first]))
  },
)

it('probes another Request class again', async () => {
  const [first] = await countsOf(1, {})
  expect(first).toBeGreaterThan(0)
  expect(await countsOf(1, {})).toEqual([first])
})
