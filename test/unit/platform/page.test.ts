/** A page that goes into the back/forward cache; test/browser/bfcache.ts has real ones. */

import { expect, it, vi } from 'vitest'
import { streamEvents, type EventSourceInit } from '../../../src/index.ts'
import { stubPage } from '../support/page.ts'
import { lasting, nextError, nextOpen, NOWHERE, open } from '../support/sources.ts'

it('an open source closes its connection, and reconnects', async () => {
  const page = stubPage()
  const signals: AbortSignal[] = []
  const asked = vi.fn()
  const source = open(NOWHERE, {
    fetch: (_, { signal }) => {
      signals.push(signal)
      return Promise.resolve(lasting())
    },
    reconnectionTime: 100,
    reconnect: { maxAttempts: 2, shouldReconnect: asked },
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
  expect(asked).not.toHaveBeenCalled()
  source.close()
  expect(page.listeners).toBe(0)
})

it('a source stays open when its page is left for good', async () => {
  const page = stubPage()
  const fetch = vi.fn(() => Promise.resolve(lasting()))
  const source = open(NOWHERE, { fetch })
  await nextOpen(source)
  page.hide(false)
  expect(source.readyState).toBe(source.OPEN)
})

it('a connection that would not be requested again stays open', async () => {
  const page = stubPage()
  let signal: AbortSignal | undefined
  const stream = streamEvents(NOWHERE, {
    fetch: (_, init) => {
      signal = init.signal
      return Promise.resolve(lasting())
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
  ['headers that never come', { headers: () => new Promise(() => undefined) }],
  ['a time limit', { fetch: () => new Promise(() => undefined), connectTimeout: 60_000 }],
])('close() removes the listener, even with %s', (_, options) => {
  const page = stubPage()
  const source = open(NOWHERE, options)
  expect(page.listeners).toBe(1)
  source.close()
  expect(page.listeners).toBe(0)
  page.hide()
  expect(source.readyState).toBe(source.CLOSED)
})
