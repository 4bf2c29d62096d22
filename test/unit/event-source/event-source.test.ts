/** `reconnect()`, `close()` and the option `signal` in each state of a source. */

import { setImmediate as aTask } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Attempt, EventSource, type EventSourceInit, type FetchLike } from '../../../src/index.ts'
import {
  closingResponse,
  openResponse,
  nextError,
  nextMessage,
  nextOpen,
  STUB_URL,
  open,
  response,
  until,
} from '../support/sources.ts'
import { type Answer, down, ended, pending, refused, watch, type Watched } from '../support/watch.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Expects that the second request has replaced the first and delivered one message. */
async function expectFreshStart({ source, requests, events }: Watched, eventsBefore: string[]): Promise<void> {
  expect(source.readyState).toBe(source.CONNECTING)
  await nextMessage(source)
  expect(requests).toHaveLength(2)
  expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false])
  expect(events).toEqual([...eventsBefore, 'open', 'fresh'])
  expect(source.readyState).toBe(source.OPEN)
}

const FRESH = stream('data: fresh\n\n')

function stream(...chunks: string[]): Answer {
  return () => openResponse(...chunks)
}

describe('reconnect() connects again at once without an error event', () => {
  it("reconnects while connecting'", async () => {
    const watched = watch([pending, FRESH])
    watched.source.reconnect()
    expect(watched.requests).toHaveLength(2)
    await expectFreshStart(watched, [])
  })

  it('reconnects within a large chunk, whose rest is discarded', async () => {
    const data = '1'.repeat(1_000)
    const { source, events } = watch([stream(`data: ${data}\n\n`.repeat(1_000)), FRESH])
    source.addEventListener('message', () => {
      if (events.length === 101) source.reconnect()
    })
    await until(() => events.includes('fresh'))
    expect(events).toEqual(['open', ...Array<string>(100).fill(data), 'open', 'fresh'])
  })

  it('reconnects in a listener for open', async () => {
    const watched = watch([stream('data: dropped\n\n'), FRESH])
    watched.source.addEventListener('open', watched.source.reconnect, { once: true })
    await nextOpen(watched.source)
    await expectFreshStart(watched, ['open'])
  })

  it('reconnects in onComment', async () => {
    const comments: string[] = []
    const watched: Watched = watch([stream(': one\n: two\ndata: dropped\n\n'), FRESH], {
      onComment: (text) => {
        comments.push(text)
        if (comments.length === 1) watched.source.reconnect()
      },
    })
    await nextOpen(watched.source)
    await nextOpen(watched.source)
    await expectMessage(watched.source)
    expect(comments).toEqual(['one'])
    expect(watched.events).toEqual(['open', 'open', 'fresh'])
  })

  it('reconnects while headers() is pending, whose result is discarded', async () => {
    const returns: ((headers: Record<string, string>) => void)[] = []
    const headers = (): Promise<Record<string, string>> => new Promise((resolve) => returns.push(resolve))
    const watched = watch([FRESH], { headers })
    await until(() => returns.length === 1)
    watched.source.reconnect()
    await until(() => returns.length === 2)
    returns[0]?.({ 'X-Attempt': 'first' })
    await aTask()
    expect(watched.requests).toEqual([])
    returns[1]?.({ 'X-Attempt': 'second' })
    await expectMessage(watched.source)
    expect(watched.requests.map(({ headers }) => headers['X-Attempt'])).toEqual(['second'])
  })

  it('reconnects while shouldReconnect is pending, whose result is discarded', async () => {
    const answers: ((answer: boolean) => void)[] = []
    const shouldReconnect = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve))
    const watched = watch([down, FRESH], { reconnect: { shouldReconnect } })
    await until(() => answers.length === 1)
    watched.source.reconnect()
    await expectMessage(watched.source)
    answers[0]?.(false)
    await aTask()
    expect(watched.events).toEqual(['open', 'fresh'])
    expect(watched.source.readyState).toBe(watched.source.OPEN)
  })

  it('reconnects in shouldReconnect', async () => {
    const watched: Watched = watch([down, FRESH], {
      reconnect: {
        shouldReconnect: () => {
          watched.source.reconnect()
          return false
        },
      },
    })
    await expectMessage(watched.source)
    expect(watched.events).toEqual(['open', 'fresh'])
  })

  it('reconnects while a refused response is read', async () => {
    const unavailable = response(new ReadableStream(), { status: 503 })
    const watched = watch([() => unavailable, FRESH])
    await until(() => unavailable.body?.locked === true)
    watched.source.reconnect()
    await expectFreshStart(watched, [])
  })

  it('twice in a row, and the second call counts', async () => {
    const watched = watch([pending, pending, FRESH])
    watched.source.reconnect()
    watched.source.reconnect()
    await expectMessage(watched.source)
    expect(watched.requests.map(({ signal }) => signal.aborted)).toEqual([true, true, false])
    expect(watched.events).toEqual(['open', 'fresh'])
  })

  it('repeatedly, without a delay of 100 ms', () => {
    const { source, requests } = watch([pending])
    for (let i = 0; i < 50; i++) source.reconnect()
    expect(requests).toHaveLength(51)
  })

  it('reconnects with any method, even if the policy would not reconnect', async () => {
    const watched = watch([stream('data: 1\n\n'), FRESH], { method: 'POST', body: 'text' })
    await nextMessage(watched.source)
    watched.source.reconnect()
    await expectFreshStart(watched, ['open', '1'])
    expect(watched.requests[1]).toMatchObject({ method: 'POST', body: 'text' })
  })

  it('reconnects without passing a failure to functions in the options', async () => {
    const attempts: Attempt[] = []
    const headers = (attempt: Attempt): undefined => {
      attempts.push(attempt)
    }
    const { source } = watch([down, FRESH], { headers })
    await nextError(source)
    source.reconnect()
    await expectMessage(source)
    expect(attempts.map(({ failure }) => failure)).toEqual([undefined, undefined])
  })
})

describe('reconnect() does nothing', () => {
  it('reconnect() does nothing after a failure, or in the listener for its error', async () => {
    const { source, requests } = watch([refused(404)])
    source.addEventListener('error', () => {
      source.reconnect()
    })
    await nextError(source)
    source.reconnect()
    await aTask()
    expect(source.readyState).toBe(source.CLOSED)
    expect(requests).toHaveLength(1)
  })
})

describe('after reconnect()', () => {
  it('a late response to the first request is discarded', async () => {
    let answer: ((response: Response) => void) | undefined
    const late = openResponse('data: late\n\n')
    const watched = watch([
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
      FRESH,
    ])
    watched.source.reconnect()
    answer?.(late)
    await expectMessage(watched.source)
    await until(() => late.bodyUsed)
    expect(watched.events).toEqual(['open', 'fresh'])
  })

  it('a stream that ends is reconnected as usual', async () => {
    const { source, events } = watch([pending, ended, FRESH], {
      reconnectionTime: 0,
    })
    source.reconnect()
    await until(() => events.includes('fresh'))
    expect(events).toEqual(['open', '1', 'error', 'open', 'fresh'])
  })
})

async function expectMessage(source: EventSource): Promise<void> {
  expect((await nextMessage(source)).data).toBe('fresh')
}

/** A source with a signal, its events, and the signal's listeners. */
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
  const source = open(STUB_URL, { fetch, signal, ...options })
  const fired = vi.fn()
  for (const type of ['open', 'message', 'error']) source.addEventListener(type, fired)
  return { controller, listeners, source, fired }
}

describe('signal that is already aborted', () => {
  it('closes the source at once, without requests, events and listeners', async () => {
    const fetch = vi.fn(() => Promise.resolve(openResponse('data: 1\n\n')))
    const headers = vi.fn()
    const signal = AbortSignal.abort()
    const addEventListener = vi.spyOn(signal, 'addEventListener')
    const source = open(STUB_URL, { fetch, signal, headers })
    const fired = vi.fn()
    for (const type of ['open', 'message', 'error']) source.addEventListener(type, fired)
    expect(source.readyState).toBe(EventSource.CLOSED)
    await aTask()
    source.reconnect()
    await aTask()
    expect(source.readyState).toBe(EventSource.CLOSED)
    for (const call of [fetch, headers, fired, addEventListener]) expect(call).not.toHaveBeenCalled()
  })

  it('does not hide an invalid option or URL', () => {
    const signal = AbortSignal.abort()
    expect(() => new EventSource(STUB_URL, { signal, idleTimeout: NaN })).toThrow(TypeError)
    expect(() => new EventSource('http://[', { signal })).toThrow('Invalid URL')
  })
})

describe('signal that is aborted', () => {
  it('aborting the signal while connecting aborts the request, and no event fires', async () => {
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

  it('aborting the signal before a reconnection cancels it', async () => {
    vi.useFakeTimers()
    const fetch = vi.fn<FetchLike>(() => Promise.reject(new Error('down')))
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

  it('aborting the signal while a function is pending prevents the request', async () => {
    let resolve: ((headers: Record<string, string>) => void) | undefined
    const fetch = vi.fn<FetchLike>(() => Promise.reject(new Error('down')))
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

  it('aborting the signal in fetch within the constructor closes the source', async () => {
    const controller = new AbortController()
    const source = open(STUB_URL, {
      signal: controller.signal,
      fetch: () => {
        controller.abort()
        return Promise.resolve(openResponse())
      },
    })
    const fired = vi.fn()
    source.onopen = fired
    expect(source.readyState).toBe(EventSource.CLOSED)
    await aTask()
    expect(fired).not.toHaveBeenCalled()
  })

  it('closes all sources that share it', () => {
    const shared = new AbortController()
    const sources = [1, 2].map(() =>
      open(STUB_URL, { signal: shared.signal, fetch: () => new Promise(() => undefined) }),
    )
    shared.abort()
    expect(sources.map(({ readyState }) => readyState)).toEqual([EventSource.CLOSED, EventSource.CLOSED])
  })
})

describe('listener on the signal', () => {
  it('is removed by close()', () => {
    const { source, listeners } = withSignal(() => new Promise(() => undefined))
    expect(listeners.size).toBe(1)
    source.close()
    expect(listeners.size).toBe(0)
  })

  it('is removed after a failure', async () => {
    const { source, listeners } = withSignal(() => Promise.resolve(response('', { status: 404 })))
    await nextError(source)
    await until(() => listeners.size === 0)
  })

  it('is added only once across reconnections', async () => {
    const { source, listeners } = withSignal(() => Promise.resolve(closingResponse('data: 1\n\n')), {
      reconnectionTime: 0,
    })
    await nextMessage(source)
    await nextMessage(source)
    source.reconnect()
    expect(listeners.size).toBe(1)
  })
})

describe('[Symbol.dispose]()', () => {
  it('calls close() of a subclass', () => {
    const closed = vi.fn()
    class Sub extends EventSource {
      override close(): void {
        closed()
        super.close()
      }
    }
    new Sub(STUB_URL, { fetch: () => new Promise(() => undefined) })[Symbol.dispose]()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('is not enumerable', () => {
    const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, Symbol.dispose)
    expect(descriptor).toMatchObject({ enumerable: false, configurable: true, writable: true })
  })
})

describe('close()', () => {
  it('clears all timers even if fetch ignores signals', async () => {
    vi.useFakeTimers()
    const source = open(STUB_URL, { connectTimeout: 60_000, fetch: () => new Promise(() => undefined) })
    source.close()
    await vi.advanceTimersByTimeAsync(10)
    expect(vi.getTimerCount()).toBe(0)
  })
})
