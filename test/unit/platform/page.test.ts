/** A page that goes into the back/forward cache; test/browser/leaving.ts has real ones. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { streamEvents, type EventSourceInit } from '../../../src/index.ts'
import { lasting, nextError, nextOpen, NOWHERE, open } from '../support/sources.ts'

const target = new EventTarget()
let listeners = 0

beforeEach(() => {
  listeners = 0
  vi.stubGlobal('document', { baseURI: NOWHERE })
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
    if (type === 'pagehide') listeners++
    target.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
    if (type === 'pagehide') listeners--
    target.removeEventListener(type, listener)
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
})

function hide(persisted = true): void {
  target.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
}

it('an open source lets its connection go, and connects again', async () => {
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
    hide()
    expect(signals.at(-1)?.aborted).toBe(true)
    const { error, willReconnect, delay } = await lost
    expect([error.reason, willReconnect, delay]).toEqual(['network', true, 100])
    expect(error.message).toContain('was let go of when its page went into the back/forward cache')
    await nextOpen(source)
    expect(signals).toHaveLength(1 + trip)
  }
  expect(asked).not.toHaveBeenCalled()
  source.close()
  expect(listeners).toBe(0)
})

it('a page that is left for good needs nothing', async () => {
  const fetch = vi.fn(() => Promise.resolve(lasting()))
  const source = open(NOWHERE, { fetch })
  await nextOpen(source)
  hide(false)
  expect(source.readyState).toBe(source.OPEN)
})

it('what would not be requested again stays', async () => {
  let signal: AbortSignal | undefined
  const stream = streamEvents(NOWHERE, {
    fetch: (_, init) => {
      signal = init.signal
      return Promise.resolve(lasting())
    },
  })
  await stream.response
  expect(listeners).toBe(0)
  hide()
  expect(signal?.aborted).toBe(false)
  stream.close()
})

it.each<[what: string, options: EventSourceInit]>([
  ['a fetch that knows nothing of signals', { fetch: () => new Promise(() => undefined) }],
  ['headers that never come', { headers: () => new Promise(() => undefined) }],
  ['a limit of time', { fetch: () => new Promise(() => undefined), connectTimeout: 60_000 }],
])('close() takes the listener away, with %s too', (_, options) => {
  const source = open(NOWHERE, options)
  expect(listeners).toBe(1)
  source.close()
  expect(listeners).toBe(0)
  hide()
  expect(source.readyState).toBe(source.CLOSED)
})
