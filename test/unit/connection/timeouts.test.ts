/** `connectTimeout` and `idleTimeout`. Time is the subject here. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventSource, type EventSourceInit, type FetchLike } from '../../../src/index.ts'
import { lasting, NOWHERE, nextError, nextOpen, open, response } from '../support/sources.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const AT = `The event stream at ${NOWHERE}`
const never: FetchLike = () => new Promise(() => undefined)

/** A source that is lost for good the first time, its errors, and the signals of its requests. */
function watch(fetch: FetchLike, options: EventSourceInit) {
  const signals: AbortSignal[] = []
  const source = open(NOWHERE, {
    reconnect: false,
    ...options,
    fetch: (url, init) => {
      signals.push(init.signal)
      return fetch(url, init)
    },
  })
  const errors: string[] = []
  source.onerror = ({ error }) => errors.push(error.reason)
  return { source, errors, signals }
}

/** A body that is written to by hand. */
function writable() {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  const cancel = vi.fn()
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(given) {
      controller = given
    },
    cancel,
  })
  const write = (text: string): void => controller?.enqueue(new TextEncoder().encode(text))
  return { write, cancel, fetch: () => Promise.resolve(response(body)) }
}

describe('connectTimeout', () => {
  it('ends an attempt whose response does not come, also where the fetch ignores the signal', async () => {
    const { source, errors, signals } = watch(never, { connectTimeout: 1_000 })
    const lost = nextError(source)
    await vi.advanceTimersByTimeAsync(999)
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(11)
    expect((await lost).error).toMatchObject({
      reason: 'timeout',
      message: `${AT} did not answer within 1000 ms`,
      status: undefined,
    })
    expect(signals[0]?.aborted).toBe(true)
    expect(errors).toEqual(['timeout'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('counts the time that functions take', async () => {
    const { source, errors, signals } = watch(never, {
      connectTimeout: 1_000,
      headers: () => new Promise((resolve) => setTimeout(resolve, 2_000, {})),
    })
    await vi.advanceTimersByTimeAsync(1_010)
    expect(errors).toEqual(['timeout'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(signals).toEqual([])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it('discards a response that comes too late', async () => {
    const late = lasting('data: late\n\n')
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

describe('idleTimeout', () => {
  it('ends a connection that has been silent, and cancels its body', async () => {
    const { fetch, cancel } = writable()
    const { source, errors, signals } = watch(fetch, { idleTimeout: 1_000 })
    const lost = nextError(source)
    await vi.advanceTimersByTimeAsync(990)
    expect(source.readyState).toBe(EventSource.OPEN)
    await vi.advanceTimersByTimeAsync(30)
    expect((await lost).error).toMatchObject({ reason: 'timeout', message: `${AT} has been silent for 1000 ms` })
    expect(errors).toEqual(['timeout'])
    expect(signals[0]?.aborted).toBe(true)
    expect(cancel).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not run while the response is awaited', async () => {
    const { errors } = watch(never, { idleTimeout: 1_000 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(errors).toEqual([])
  })

  it('leaves no timer after close()', async () => {
    const { source } = watch(() => Promise.resolve(lasting()), { idleTimeout: 1_000 })
    const opened = nextOpen(source)
    await vi.advanceTimersByTimeAsync(10)
    await opened
    source.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
