/** The option `signal`, and the other ways to close a source. */

import { setImmediate as aTask } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EventSource, type EventSourceInit, type FetchLike } from '../../../src/index.ts'
import {
  finished,
  lasting,
  NOWHERE,
  nextError,
  nextMessage,
  nextOpen,
  open,
  response,
  until,
} from '../support/sources.ts'

afterEach(() => {
  vi.useRealTimers()
})

const down: FetchLike = () => Promise.reject(new Error('down'))

/** A source with a signal, its events, and the listeners that the signal has. */
function withSignal(fetch: FetchLike, options: EventSourceInit = {}) {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = new Set<unknown>()
  vi.spyOn(signal, 'addEventListener').mockImplementation((_, listener) => {
    listeners.add(listener)
    EventTarget.prototype.addEventListener.call(signal, 'abort', listener)
  })
  vi.spyOn(signal, 'removeEventListener').mockImplementation((_, listener) => {
    listeners.delete(listener)
    EventTarget.prototype.removeEventListener.call(signal, 'abort', listener)
  })
  const source = open(NOWHERE, { fetch, signal, ...options })
  const fired = vi.fn()
  for (const type of ['open', 'message', 'error']) source.addEventListener(type, fired)
  return { controller, listeners, source, fired }
}

describe('a signal that is aborted already', () => {
  it('closes the source at once: no request, no event, no listener', async () => {
    const fetch = vi.fn(() => Promise.resolve(lasting('data: 1\n\n')))
    const headers = vi.fn()
    const signal = AbortSignal.abort()
    const addEventListener = vi.spyOn(signal, 'addEventListener')
    const source = open(NOWHERE, { fetch, signal, headers })
    const fired = vi.fn()
    for (const type of ['open', 'message', 'error']) source.addEventListener(type, fired)
    expect(source.readyState).toBe(EventSource.CLOSED)
    await aTask()
    source.reconnect()
    await aTask()
    expect(source.readyState).toBe(EventSource.CLOSED)
    for (const call of [fetch, headers, fired, addEventListener]) expect(call).not.toHaveBeenCalled()
  })

  it('does not hide a bad option or a bad URL', () => {
    const signal = AbortSignal.abort()
    expect(() => new EventSource(NOWHERE, { signal, idleTimeout: NaN })).toThrow(TypeError)
    expect(() => new EventSource('http://[', { signal })).toThrow('is not a valid URL')
  })
})

describe('a signal that is aborted', () => {
  it('while connecting closes the source: the request is aborted, nothing fires', async () => {
    let request: AbortSignal | undefined
    const { controller, source, fired, listeners } = withSignal((_, init) => {
      request = init.signal
      return new Promise(() => undefined)
    })
    expect(listeners.size).toBe(1)
    controller.abort()
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(request?.aborted).toBe(true)
    expect(listeners.size).toBe(0)
    await aTask()
    expect(fired).not.toHaveBeenCalled()
  })

  it('in mid-stream stops the very next message', async () => {
    const { controller, source, fired } = withSignal(() => Promise.resolve(lasting('data: 1\n\ndata: 2\n\n')))
    source.onmessage = () => {
      controller.abort()
    }
    await nextMessage(source)
    await aTask()
    await aTask()
    expect(fired.mock.calls.map(([event]) => (event as Event).type)).toEqual(['open', 'message'])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('in the wait ends it', async () => {
    vi.useFakeTimers()
    const fetch = vi.fn(down)
    const { controller, source, listeners } = withSignal(fetch)
    await vi.advanceTimersByTimeAsync(10)
    expect(vi.getTimerCount()).toBe(1)
    controller.abort()
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(fetch).toHaveBeenCalledOnce()
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(listeners.size).toBe(0)
  })

  it('while a function is pending sends no request', async () => {
    let resolve: ((headers: Record<string, string>) => void) | undefined
    const fetch = vi.fn(down)
    const { controller, fired } = withSignal(fetch, {
      headers: () =>
        new Promise((returned) => {
          resolve = returned
        }),
    })
    controller.abort()
    resolve?.({})
    await aTask()
    expect(fetch).not.toHaveBeenCalled()
    expect(fired).not.toHaveBeenCalled()
  })

  it('by the fetch itself, while the source is constructed, closes it', async () => {
    const controller = new AbortController()
    const source = open(NOWHERE, {
      signal: controller.signal,
      fetch: () => {
        controller.abort()
        return Promise.resolve(lasting())
      },
    })
    const fired = vi.fn()
    source.onopen = fired
    expect(source.readyState).toBe(EventSource.CLOSED)
    await aTask()
    expect(fired).not.toHaveBeenCalled()
  })

  it('closes all sources that it was given to', () => {
    const shared = new AbortController()
    const sources = [1, 2].map(() =>
      open(NOWHERE, { signal: shared.signal, fetch: () => new Promise(() => undefined) }),
    )
    shared.abort()
    expect(sources.map(({ readyState }) => readyState)).toEqual([EventSource.CLOSED, EventSource.CLOSED])
  })
})

describe('the listener at the signal', () => {
  it('goes with close()', () => {
    const { source, listeners } = withSignal(() => new Promise(() => undefined))
    expect(listeners.size).toBe(1)
    source.close()
    expect(listeners.size).toBe(0)
  })

  it('goes when the connection has failed', async () => {
    const { source, listeners } = withSignal(() => Promise.resolve(response('', { status: 404 })))
    await nextError(source)
    await until(() => listeners.size === 0)
  })

  it('stays one over reconnections', async () => {
    const { source, listeners } = withSignal(() => Promise.resolve(finished('data: 1\n\n')), { reconnectionTime: 0 })
    await nextMessage(source)
    await nextMessage(source)
    source.reconnect()
    expect(listeners.size).toBe(1)
  })
})

describe('[Symbol.dispose]()', () => {
  it('is close()', async () => {
    const source = open(NOWHERE, { fetch: () => Promise.resolve(lasting()) })
    await nextOpen(source)
    source[Symbol.dispose]()
    expect(source.readyState).toBe(EventSource.CLOSED)
    source[Symbol.dispose]()
  })

  it('calls the close() of a subclass', () => {
    const closed = vi.fn()
    class Sub extends EventSource {
      override close(): void {
        closed()
        super.close()
      }
    }
    new Sub(NOWHERE, { fetch: () => new Promise(() => undefined) })[Symbol.dispose]()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('is no enumerable member', () => {
    const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, Symbol.dispose)
    expect(descriptor).toMatchObject({ enumerable: false, configurable: true, writable: true })
  })
})

describe('close()', () => {
  it('leaves no timer under way, though the fetch knows nothing of signals', async () => {
    vi.useFakeTimers()
    const source = open(NOWHERE, { connectTimeout: 60_000, fetch: () => new Promise(() => undefined) })
    source.close()
    await vi.advanceTimersByTimeAsync(10)
    expect(vi.getTimerCount()).toBe(0)
  })
})
