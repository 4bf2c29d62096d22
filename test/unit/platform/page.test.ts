/** A page that enters the back/forward cache. test/browser/bfcache.ts covers real pages. */

import { expect, it, vi } from 'vitest'
import { streamEvents, type EventSourceInit } from '../../../src/index.ts'
import { stubPage } from '../support/page.ts'
import { openResponse, nextError, nextOpen, STUB_URL, open } from '../support/sources.ts'

it('an open source closes its connection and reconnects afterward', async () => {
  const page = stubPage()
  const signals: AbortSignal[] = []
  const shouldReconnect = vi.fn()
  const source = open(STUB_URL, {
    fetch: (_, { signal }) => {
      signals.push(signal)
      return Promise.resolve(openResponse())
    },
    reconnectionTime: 100,
    reconnect: { maxAttempts: 2, shouldReconnect },
  })
  await nextOpen(source)
  for (let trip = 1; trip <= 3; trip++) {
    const lost = nextError(source)
    page.hide()
    expect(signals.at(-1)?.aborted).toBe(true)
    const { error, willReconnect, delay } = await lost
    expect([error.reason, willReconnect, delay]).toEqual(['network', true, 100])
    expect(error.message).toContain('was closed for the back/forward cache')
    await nextOpen(source)
    expect(signals).toHaveLength(1 + trip)
  }
  expect(shouldReconnect).not.toHaveBeenCalled()
  source.close()
  expect(page.listeners).toBe(0)
})

it('a source stays open when its page is left permanently', async () => {
  const page = stubPage()
  const fetch = vi.fn(() => Promise.resolve(openResponse()))
  const source = open(STUB_URL, { fetch })
  await nextOpen(source)
  page.hide(false)
  expect(source.readyState).toBe(source.OPEN)
})

it('a connection that would not reconnect stays open', async () => {
  const page = stubPage()
  let signal: AbortSignal | undefined
  const stream = streamEvents(STUB_URL, {
    fetch: (_, init) => {
      signal = init.signal
      return Promise.resolve(openResponse())
    },
  })
  await stream.response
  expect(page.listeners).toBe(0)
  page.hide()
  expect(signal?.aborted).toBe(false)
  stream.close()
})

it.each<[what: string, options: EventSourceInit]>([
  ['a fetch that ignores signals', { fetch: () => new Promise(() => undefined) }],
  ['pending headers', { headers: () => new Promise(() => undefined) }],
  ['a timeout', { fetch: () => new Promise(() => undefined), connectTimeout: 60_000 }],
])('close() removes the listener even with %s', (_, options) => {
  const page = stubPage()
  const source = open(STUB_URL, options)
  expect(page.listeners).toBe(1)
  source.close()
  expect(page.listeners).toBe(0)
  page.hide()
  expect(source.readyState).toBe(source.CLOSED)
})
