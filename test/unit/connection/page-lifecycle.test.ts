/** A page that is left, cached or hidden. test/awake and test/browser/bfcache.ts cover real pages. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { streamEvents, type EventSourceInit } from '../../../src/index.ts'
import { stubPage } from '../support/page.ts'
import { openResponse, nextError, nextOpen, STUB_URL, open, until } from '../support/sources.ts'
import { settled } from '../support/streams.ts'

/** An open stream that does not reconnect, and the signal of its request. */
async function openStream() {
  let signal = AbortSignal.abort()
  const stream = streamEvents(STUB_URL, {
    fetch: (_, init) => {
      signal = init.signal
      return Promise.resolve(openResponse())
    },
  })
  await stream.response
  return { stream, signal }
}

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
    page.leave()
    expect(signals.at(-1)?.aborted).toBe(true)
    const { error, willReconnect, delay } = await lost
    expect([error.reason, willReconnect, delay]).toEqual(['network', true, 100])
    expect(error.message).toContain('was closed for the back/forward cache')
    await nextOpen(source)
    expect(signals).toHaveLength(1 + trip)
  }
  expect(shouldReconnect).not.toHaveBeenCalled()
  source.close()
  expect(page.listeners).toEqual([])
})

it('a connection that would not reconnect stays open in the back/forward cache', async () => {
  const page = stubPage()
  const { stream, signal } = await openStream()
  page.leave()
  expect(signal.aborted).toBe(false)
  stream.close()
  expect(page.listeners).toEqual([])
})

it.each<[what: string, options: EventSourceInit]>([
  ['a fetch that ignores signals', { fetch: () => new Promise(() => undefined) }],
  ['pending headers', { headers: () => new Promise(() => undefined) }],
  ['a timeout', { fetch: () => new Promise(() => undefined), connectTimeout: 60_000 }],
])('close() removes the listener even with %s', (_, options) => {
  const page = stubPage()
  const source = open(STUB_URL, options)
  expect(page.listeners).toEqual(['pagehide', 'resume'])
  source.close()
  expect(page.listeners).toEqual([])
  page.leave()
  expect(source.readyState).toBe(source.CLOSED)
})

describe('page that was frozen', () => {
  it('reconnects an open source with the last event ID, because Chromium does not read further', async () => {
    const page = stubPage()
    const requests: (string | undefined)[] = []
    const shouldReconnect = vi.fn()
    const source = open(STUB_URL, {
      reconnectionTime: 100,
      reconnect: { maxAttempts: 2, jitter: 0, shouldReconnect },
      fetch: (_, { headers }) => {
        requests.push((headers as Record<string, string>)['Last-Event-ID'])
        return Promise.resolve(openResponse('id: 7\n\n'))
      },
    })
    await nextOpen(source)
    for (let i = 0; i < 3; i++) {
      const lost = nextError(source)
      page.fire('resume')
      const { error, delay } = await lost
      expect([error.reason, delay]).toEqual(['network', 100])
      expect(error.message).toContain('was interrupted because the page was frozen')
      await nextOpen(source)
    }
    expect(requests).toEqual([undefined, '7', '7', '7'])
    expect(shouldReconnect).not.toHaveBeenCalled()
  })

  it('leaves a source alone if a script fired the event', async () => {
    const page = stubPage()
    const source = open(STUB_URL, { fetch: () => Promise.resolve(openResponse()) })
    await nextOpen(source)
    page.fire('resume', { isTrusted: false })
    page.fire('pagehide', { isTrusted: false })
    await settled()
    expect(source.readyState).toBe(source.OPEN)
  })

  it('leaves a wait and a connection that would not reconnect alone', async () => {
    const page = stubPage()
    const errors: unknown[] = []
    const waiting = open(STUB_URL, { reconnectionTime: 60_000, fetch: () => Promise.reject(new Error('down')) })
    waiting.onerror = (event) => errors.push(event)
    await nextError(waiting)
    const { stream, signal } = await openStream()
    page.fire('resume')
    await settled()
    expect(errors).toHaveLength(1)
    expect(signal.aborted).toBe(false)
    stream.close()
  })
})

describe('page that is gone, such as a removed iframe', () => {
  it.each<[phase: string, options: EventSourceInit]>([
    ['connecting', { fetch: () => new Promise(() => undefined) }],
    ['open', { fetch: () => Promise.resolve(openResponse()) }],
    ['waiting', { fetch: () => Promise.reject(new Error('down')), reconnectionTime: 60_000 }],
    [
      'deciding',
      {
        fetch: () => Promise.reject(new Error('down')),
        reconnect: { shouldReconnect: async () => new Promise(() => undefined) },
      },
    ],
  ])('closes a source that is %s', async (phase, options) => {
    const page = stubPage()
    const states: string[] = []
    const source = open(STUB_URL, options)
    source.onopen = () => states.push('open')
    source.onerror = () => states.push('waiting')
    if (phase === 'open' || phase === 'waiting') await until(() => states.includes(phase))
    await settled()
    page.leave(false)
    expect(source.readyState).toBe(source.CLOSED)
    expect(page.listeners).toEqual([])
    const before = states.length
    source.reconnect()
    await settled()
    expect(states).toHaveLength(before)
    expect(source.readyState).toBe(source.CLOSED)
  })

  it('ends a loop with an AbortError, also for a POST', async () => {
    for (const method of ['GET', 'POST']) {
      const page = stubPage()
      let signal: AbortSignal | undefined
      const stream = streamEvents(STUB_URL, {
        method,
        fetch: (_, init) => {
          signal = init.signal
          return Promise.resolve(openResponse())
        },
      })
      const next = stream[Symbol.asyncIterator]().next()
      await stream.response
      page.leave(false)
      await expect(next).rejects.toMatchObject({ name: 'AbortError' })
      expect(signal?.aborted).toBe(true)
    }
  })
})

describe('whenHidden: "close"', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const MOMENT = 2_000

  /** A source that closes while hidden, the requests, and the events so far. */
  function hiding(options: EventSourceInit = {}) {
    const requests: { signal: AbortSignal; lastEventId: string | undefined }[] = []
    const events: string[] = []
    const source = open(STUB_URL, {
      whenHidden: 'close',
      fetch: (_, { signal, headers }) => {
        requests.push({ signal, lastEventId: (headers as Record<string, string>)['Last-Event-ID'] })
        return Promise.resolve(openResponse(`id: ${requests.length}\ndata: ${requests.length}\n\n`))
      },
      ...options,
    })
    for (const type of ['open', 'message', 'error']) source.addEventListener(type, () => events.push(type))
    return { source, requests, events }
  }

  const pass = (ms = 10): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

  it('closes the connection once the page has been hidden for two seconds, without an event', async () => {
    const page = stubPage()
    const { source, requests, events } = hiding()
    await pass()
    page.setHidden(true)
    await pass(MOMENT - 20)
    expect(requests[0]?.signal.aborted).toBe(false)
    await pass(100)
    expect(requests[0]?.signal.aborted).toBe(true)
    expect(source.readyState).toBe(source.CONNECTING)
    await pass(3_600_000)
    expect(requests).toHaveLength(1)
    expect(events).toEqual(['open', 'message'])
  })

  it('reconnects at once with the last event ID when the page is shown', async () => {
    const page = stubPage()
    const { source, requests, events } = hiding()
    await pass()
    page.setHidden(true)
    await pass(60_000)
    page.setHidden(false)
    await pass()
    expect(requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1'])
    expect(events).toEqual(['open', 'message', 'open', 'message'])
    expect(source.readyState).toBe(source.OPEN)
  })

  it('keeps the connection if the page is only hidden for a moment, however often', async () => {
    const page = stubPage()
    const { requests } = hiding()
    await pass()
    for (let i = 0; i < 10; i++) {
      page.setHidden(true)
      await pass(MOMENT - 100)
      page.setHidden(false)
      await pass(200)
    }
    expect(requests).toHaveLength(1)
    expect(requests[0]?.signal.aborted).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('reconnects a page that was frozen before it could close the connection', async () => {
    const page = stubPage()
    const { requests, events } = hiding()
    await pass()
    page.setHidden(true)
    vi.setSystemTime(Date.now() + 3_600_000)
    page.setHidden(false)
    await pass()
    expect(requests).toHaveLength(2)
    expect(requests[0]?.signal.aborted).toBe(true)
    expect(events).toEqual(['open', 'message', 'open', 'message'])
  })

  it('does not count as a failed attempt, and shouldReconnect is not called', async () => {
    const page = stubPage()
    const shouldReconnect = vi.fn()
    const attempts: number[] = []
    const { requests } = hiding({
      reconnect: { maxAttempts: 2, shouldReconnect },
      headers: ({ attempt, failure }) => {
        attempts.push(attempt)
        expect(failure).toBeUndefined()
        return {}
      },
      fetch: (_, { signal }) => {
        requests.push({ signal, lastEventId: undefined })
        return Promise.resolve(openResponse())
      },
    })
    for (let i = 0; i < 5; i++) {
      await pass()
      page.setHidden(true)
      await pass(MOMENT + 10)
      page.setHidden(false)
    }
    await pass()
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1])
    expect(shouldReconnect).not.toHaveBeenCalled()
  })

  it('delivers what was read before it closed the connection', async () => {
    const page = stubPage()
    const { source, events, requests } = hiding({
      fetch: () => Promise.resolve(openResponse('data: 1\n\ndata: 2\n\n')),
    })
    source.addEventListener(
      'open',
      () => {
        page.setHidden(true)
        vi.setSystemTime(Date.now() + MOMENT)
        page.setHidden(false)
      },
      { once: true },
    )
    await pass()
    expect(events).toEqual(['open', 'message', 'message', 'open', 'message', 'message'])
    expect(requests).toEqual([])
  })

  it('sends no request before the page is shown for the first time', async () => {
    const page = stubPage({ hidden: true })
    const { source, requests } = hiding()
    await pass(60_000)
    expect([requests.length, source.readyState]).toEqual([0, source.CONNECTING])
    page.setHidden(false)
    await pass()
    expect([requests.length, source.readyState]).toEqual([1, source.OPEN])
  })

  it('lets a wait continue, but sends its request only once the page is shown', async () => {
    for (const shownAfter of [5_000, 50_000]) {
      const page = stubPage()
      const requests: number[] = []
      const { source } = hiding({
        reconnectionTime: 20_000,
        reconnect: { jitter: 0 },
        fetch: () => {
          requests.push(Date.now())
          return requests.length === 1 ? Promise.reject(new Error('down')) : Promise.resolve(openResponse())
        },
      })
      await pass()
      page.setHidden(true)
      await pass(shownAfter)
      expect(requests).toHaveLength(1)
      page.setHidden(false)
      await pass(20_000)
      expect(requests).toHaveLength(2)
      expect((requests[1] ?? 0) - (requests[0] ?? 0)).toBeCloseTo(Math.max(20_000, shownAfter), -3)
      source.close()
    }
  })

  it.each(['reconnect', 'close'] as const)('hidden, %s() sends no request', async (method) => {
    const page = stubPage()
    const { source, requests } = hiding()
    await pass()
    page.setHidden(true)
    await pass(MOMENT + 10)
    source[method]()
    await pass(60_000)
    expect(requests).toHaveLength(1)
    page.setHidden(false)
    await pass()
    expect(requests).toHaveLength(method === 'close' ? 1 : 2)
    source.close()
    expect([page.listeners, vi.getTimerCount()]).toEqual([[], 0])
  })

  it('closes the connection at once for the back/forward cache, without an event', async () => {
    const page = stubPage()
    const { source, requests, events } = hiding()
    await pass()
    // Browsers fire these in this order.
    page.leave()
    expect(requests[0]?.signal.aborted).toBe(true)
    await pass()
    page.setHidden(true)
    await pass(60_000)
    page.setHidden(false)
    page.restore()
    await pass()
    expect(requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '1'])
    expect(events).toEqual(['open', 'message', 'open', 'message'])
    expect(source.readyState).toBe(source.OPEN)
  })

  it('reconnects without an event when the page thaws, once it is shown', async () => {
    const page = stubPage()
    const { requests, events } = hiding()
    await pass()
    page.fire('resume')
    await pass()
    expect(requests).toHaveLength(2)
    page.setHidden(true)
    await pass(MOMENT + 10)
    page.fire('resume')
    await pass(60_000)
    expect(requests).toHaveLength(2)
    page.setHidden(false)
    await pass()
    expect(requests).toHaveLength(3)
    expect(events).not.toContain('error')
  })

  it('stays closed if the page returns from the cache hidden', async () => {
    const page = stubPage()
    const { requests } = hiding()
    await pass()
    page.setHidden(true)
    await pass(MOMENT + 10)
    page.leave()
    // WebKit fires it again.
    page.setHidden(true)
    page.restore()
    await pass(60_000)
    expect(requests).toHaveLength(1)
    page.setHidden(false)
    await pass()
    expect(requests).toHaveLength(2)
  })

  it('lets a loop continue after the pause, even with "reconnect: false"', async () => {
    const page = stubPage()
    let requests = 0
    const stream = streamEvents(STUB_URL, {
      whenHidden: 'close',
      fetch: () => Promise.resolve(openResponse(`id: ${++requests}\ndata: ${requests}\n\n`)),
    })
    const iterator = stream[Symbol.asyncIterator]()
    expect(await iterator.next()).toMatchObject({ value: { data: '1' } })
    page.setHidden(true)
    await pass(MOMENT + 10)
    const next = iterator.next()
    await pass()
    page.setHidden(false)
    await pass()
    expect(await next).toMatchObject({ value: { data: '2' } })
    await iterator.return()
    expect([page.listeners, vi.getTimerCount()]).toEqual([[], 0])
  })

  it('does nothing without a document', async () => {
    const { requests } = hiding()
    await pass(60_000)
    expect(requests).toHaveLength(1)
    expect(requests[0]?.signal.aborted).toBe(false)
  })
})

it.each([{}, { whenHidden: 'keep' as const }])(
  '%j keeps the connection while the page is hidden, without a listener for it',
  async (options) => {
    const page = stubPage()
    const fetch = vi.fn(() => Promise.resolve(openResponse()))
    const source = open(STUB_URL, { ...options, fetch })
    await nextOpen(source)
    expect(page.listeners.join()).not.toContain('document')
    vi.useFakeTimers()
    page.setHidden(true)
    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()
    expect(source.readyState).toBe(source.OPEN)
  },
)
