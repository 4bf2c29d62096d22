/** Time limits. Time is the subject here. */

import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import { TIMED_OUT, within } from '../../../src/connection/deadline.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = new Promise<never>(() => undefined)

/** What is aborted, and how often that was. */
function made(): { request: AbortController; abort: Mock } {
  const controller = new AbortController()
  const abort = vi.spyOn(controller, 'abort')
  return { request: controller, abort }
}

describe('what is done in time', () => {
  it('is the outcome, and leaves no timer', async () => {
    const { request, abort } = made()
    await expect(within(1_000, Promise.resolve('done'), request)).resolves.toBe('done')
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(abort).not.toHaveBeenCalled()
  })

  it('fails as it fails, and leaves no timer', async () => {
    const error = new Error('no')
    await expect(within(1_000, Promise.reject(error), new AbortController())).rejects.toBe(error)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may take until the last millisecond', async () => {
    const work = new Promise((resolve) => setTimeout(resolve, 999, 'done'))
    const outcome = within(1_000, work, new AbortController())
    await vi.advanceTimersByTimeAsync(999)
    await expect(outcome).resolves.toBe('done')
  })
})

describe('what is not', () => {
  it('is aborted, once', async () => {
    const { request, abort } = made()
    const outcome = within(1_000, never, request)
    await vi.advanceTimersByTimeAsync(999)
    expect(abort).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    expect(abort).toHaveBeenCalledOnce()
    await expect(outcome).resolves.toBe(TIMED_OUT)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(abort).toHaveBeenCalledOnce()
  })

  it('has timed out also where aborting makes it fail at once', async () => {
    let fail: ((error: Error) => void) | undefined
    const work = new Promise<never>((_, reject) => {
      fail = reject
    })
    const { request } = made()
    request.signal.addEventListener('abort', () => fail?.(new Error('aborted')))
    const outcome = within(1_000, work, request)
    await vi.advanceTimersByTimeAsync(1_001)
    await expect(outcome).resolves.toBe(TIMED_OUT)
  })

  it('may fail later: nobody hears of it', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const work = new Promise<never>((_, reject) => setTimeout(reject, 2_000, new Error('late')))
    const outcome = within(1_000, work, new AbortController())
    await vi.advanceTimersByTimeAsync(3_000)
    await expect(outcome).resolves.toBe(TIMED_OUT)
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('a request that is aborted by somebody else', () => {
  it('leaves no timer, though the work knows nothing of it', () => {
    const { request } = made()
    void within(1_000, never, request)
    expect(vi.getTimerCount()).toBe(1)
    request.abort()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a limit', () => {
  it('of 0 is none, and sets no timer', async () => {
    const outcome = within(0, Promise.resolve('done'), new AbortController())
    expect(vi.getTimerCount()).toBe(0)
    await expect(outcome).resolves.toBe('done')
  })

  it.each([2 ** 31, 1e300, Infinity])('of %d ms does not end at once, though no timer holds it', async (ms) => {
    const { request, abort } = made()
    void within(ms, never, request)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(abort).not.toHaveBeenCalled()
  })
})
