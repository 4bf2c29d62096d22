/** The delay before the next attempt, and timeouts. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withTimeout, startWait, TIMED_OUT, clampDelay } from '../../../src/connection/timers.ts'
import { EventSource, type EventSourceInit, type FetchLike } from '../../../src/index.ts'
import { onOnline } from '../../../src/platform/page.ts'
import { openResponse, STUB_URL, nextError, nextOpen, open } from '../support/sources.ts'
import { unhandledRejections } from '../support/streams.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** The global object of a browser worker, its number of listeners, and a way to fire "online". */
function stubBrowser(navigator: object | undefined = { onLine: false }): { online(): void; listeners(): number } {
  const target = new EventTarget()
  let listeners = 0
  vi.stubGlobal('navigator', navigator)
  vi.stubGlobal('importScripts', () => undefined)
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
    listeners++
    target.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
    listeners--
    target.removeEventListener(type, listener)
  })
  return { online: () => target.dispatchEvent(new Event('online')), listeners: () => listeners }
}

/** Whether a wait is over. */
async function isOver(wait: { over: Promise<void> }): Promise<boolean> {
  let over = false
  void wait.over.then(() => {
    over = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return over
}

describe('startWait', () => {
  it('ends after its delay', async () => {
    const wait = startWait(1_000)
    await vi.advanceTimersByTimeAsync(999)
    expect(await isOver(wait)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await isOver(wait)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('never ends once canceled, and leaves no timer or listener', async () => {
    const { listeners, online } = stubBrowser()
    const wait = startWait(1_000)
    wait.cancel()
    expect(vi.getTimerCount()).toBe(0)
    expect(listeners()).toBe(0)
    online()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await isOver(wait)).toBe(false)
  })

  it('may be canceled twice, or after its end', async () => {
    const wait = startWait(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    wait.cancel()
    wait.cancel()
    expect(await isOver(wait)).toBe(true)
  })

  it('may have the longest delay of a timer', async () => {
    const wait = startWait(2 ** 31 - 1)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(await isOver(wait)).toBe(false)
    wait.cancel()
  })
})

describe('startWait in a browser', () => {
  it.each([false, true])('ends on "online", whatever navigator.onLine says: %s', async (onLine) => {
    const { online, listeners } = stubBrowser({ onLine })
    const wait = startWait(60_000)
    expect(listeners()).toBe(1)
    online()
    expect(await isOver(wait)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    expect(listeners()).toBe(0)
  })

  it('ignores "online" if the delay is fixed', async () => {
    const { online, listeners } = stubBrowser()
    const wait = startWait(60_000, true)
    expect(listeners()).toBe(0)
    online()
    expect(await isOver(wait)).toBe(false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await isOver(wait)).toBe(true)
  })

  it('leaves no listener after its end', async () => {
    const { listeners } = stubBrowser()
    startWait(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(listeners()).toBe(0)
  })
})

describe('onOnline outside a browser', () => {
  it.each([
    ['there is no navigator', undefined],
    ['navigator has no onLine, as in Node', { hardwareConcurrency: 2 }],
  ])('adds no listener to the global object if %s', (_, navigator) => {
    const { listeners } = stubBrowser(navigator)
    vi.stubGlobal('navigator', navigator)
    const unsubscribe = onOnline(vi.fn())
    expect(listeners()).toBe(0)
    unsubscribe?.()
    expect(listeners()).toBe(0)
  })

  it('works if the global object is not an EventTarget', () => {
    stubBrowser()
    vi.stubGlobal('addEventListener', undefined)
    vi.stubGlobal('removeEventListener', undefined)
    expect(() => {
      onOnline(vi.fn())?.()
    }).not.toThrow()
  })
})

describe('clampDelay', () => {
  it.each([
    [-1, 100],
    [0, 100],
    [99, 100],
    [100, 100],
    [3_000, 3_000],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, 2 ** 31 - 1],
    [Infinity, 2 ** 31 - 1],
  ])('limits %d ms to %d', (ms, limited) => {
    expect(clampDelay(ms)).toBe(limited)
  })
})

const never = new Promise<never>(() => undefined)

/** A signal that is never aborted. */
const { signal } = new AbortController()

describe('withTimeout with fast work', () => {
  it('resolves with its result and leaves no timer', async () => {
    await expect(withTimeout(1_000, Promise.resolve('done'), signal)).resolves.toBe('done')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with its error and leaves no timer', async () => {
    const error = new Error('no')
    await expect(withTimeout(1_000, Promise.reject(error), signal)).rejects.toBe(error)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('includes the last millisecond', async () => {
    const work = new Promise((resolve) => setTimeout(resolve, 999, 'done'))
    const outcome = withTimeout(1_000, work, signal)
    await vi.advanceTimersByTimeAsync(999)
    await expect(outcome).resolves.toBe('done')
  })
})

describe('withTimeout with slow work', () => {
  it('resolves with TIMED_OUT after the limit', async () => {
    const ended = vi.fn()
    const outcome = withTimeout(1_000, never, signal)
    void outcome.then(ended)
    await vi.advanceTimersByTimeAsync(999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    await expect(outcome).resolves.toBe(TIMED_OUT)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('causes no unhandled rejection if the work fails later', async () => {
    const unhandled = unhandledRejections()
    const work = new Promise<never>((_, reject) => setTimeout(reject, 2_000, new Error('late')))
    const outcome = withTimeout(1_000, work, signal)
    await vi.advanceTimersByTimeAsync(3_000)
    await expect(outcome).resolves.toBe(TIMED_OUT)
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).toEqual([])
  })
})

describe('withTimeout with an aborted signal', () => {
  it('leaves no timer even if the work ignores the signal', () => {
    const request = new AbortController()
    void withTimeout(1_000, never, request.signal)
    expect(vi.getTimerCount()).toBe(1)
    request.abort()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('withTimeout with a limit', () => {
  it('a limit of 0 sets no timer', async () => {
    const outcome = withTimeout(0, Promise.resolve('done'), signal)
    expect(vi.getTimerCount()).toBe(0)
    await expect(outcome).resolves.toBe('done')
  })

  it.each([2 ** 31, 1e300, Infinity])(
    'of %d ms does not time out at once, although it exceeds the range of timers',
    async (ms) => {
      const ended = vi.fn()
      void withTimeout(ms, never, signal).then(ended)
      await vi.advanceTimersByTimeAsync(86_400_000)
      expect(ended).not.toHaveBeenCalled()
    },
  )
})

const AT = `The event stream at ${STUB_URL}`
const pending: FetchLike = () => never

/** A source that doesn't reconnect, its errors, and the signals of its requests. */
function watch(fetch: FetchLike, options: EventSourceInit) {
  const signals: AbortSignal[] = []
  const source = open(STUB_URL, {
    reconnect: false,
    ...options,
    fetch: (url, init) => {
      signals.push(init.signal)
      return fetch(url, init)
    },
  })
  const errors: string[] = []
  source.onerror = ({ error }) => errors.push(error?.reason ?? 'a message')
  return { source, errors, signals }
}

describe('connectTimeout', () => {
  it('fails an attempt without a response even if fetch ignores the signal', async () => {
    const { source, errors, signals } = watch(pending, { connectTimeout: 1_000 })
    const lost = nextError(source)
    await vi.advanceTimersByTimeAsync(999)
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(11)
    expect((await lost).error).toMatchObject({
      reason: 'timeout',
      message: `${AT} did not respond within 1000 ms`,
      status: undefined,
    })
    expect(signals[0]?.aborted).toBe(true)
    expect(errors).toEqual(['timeout'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('aborts the request once', async () => {
    const { signals } = watch(pending, { connectTimeout: 1_000 })
    const aborted = vi.fn()
    signals[0]?.addEventListener('abort', aborted)
    await vi.advanceTimersByTimeAsync(1_010)
    expect(aborted).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(aborted).toHaveBeenCalledOnce()
  })

  it('aborts nothing if the response arrives in time', async () => {
    const { source, signals } = watch(() => Promise.resolve(openResponse()), { connectTimeout: 1_000 })
    const opened = nextOpen(source)
    await vi.advanceTimersByTimeAsync(10)
    await opened
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(signals[0]?.aborted).toBe(false)
  })

  it('is the reason of the error even if the abort makes fetch reject', async () => {
    const { source, errors } = watch(
      (_, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'))
          })
        }),
      { connectTimeout: 1_000 },
    )
    const lost = nextError(source)
    await vi.advanceTimersByTimeAsync(1_010)
    expect((await lost).message).toBe(`${AT} did not respond within 1000 ms`)
    expect(errors).toEqual(['timeout'])
  })

  it.each([2 ** 31, 1e300])(
    'of %d ms does not expire at once, although it exceeds the range of timers',
    async (connectTimeout) => {
      const { signals, errors } = watch(pending, { connectTimeout })
      await vi.advanceTimersByTimeAsync(86_400_000)
      expect(signals[0]?.aborted).toBe(false)
      expect(errors).toEqual([])
    },
  )

  it('includes the time of functions in the options', async () => {
    const { source, errors, signals } = watch(pending, {
      connectTimeout: 1_000,
      headers: () => new Promise((resolve) => setTimeout(resolve, 2_000, {})),
    })
    await vi.advanceTimersByTimeAsync(1_010)
    expect(errors).toEqual(['timeout'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(signals).toEqual([])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('cancels a response that arrives too late', async () => {
    const late = openResponse('data: late\n\n')
    const { source, errors } = watch(() => new Promise((resolve) => setTimeout(resolve, 2_000, late)), {
      connectTimeout: 1_000,
    })
    const opened = vi.fn()
    source.onopen = opened
    await vi.advanceTimersByTimeAsync(2_010)
    expect(late.bodyUsed).toBe(true)
    expect(opened).not.toHaveBeenCalled()
    expect(errors).toEqual(['timeout'])
  })
})

it('withTimeout sets no timer for an aborted signal, an infinite limit or a limit of 0', async () => {
  const work = Promise.resolve('done')
  expect(await withTimeout(1_000, work, AbortSignal.abort())).toBe('done')
  expect(await withTimeout(Infinity, work, new AbortController().signal)).toBe('done')
  expect(await withTimeout(0, work, new AbortController().signal)).toBe('done')
  expect(vi.getTimerCount()).toBe(0)
})
