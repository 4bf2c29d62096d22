/** Fake timers, as used in tests of users. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mock } from 'node:test'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { EventSource, type FetchLike } from '../../../src/index.ts'
import { closingResponse, openResponse, STUB_URL, nextOpen, open, response } from '../support/sources.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A fetch with these responses, the last of which repeats, and the times of its calls. */
function answering(...answers: (() => Response | Error)[]): { fetch: FetchLike; calls: number[] } {
  const calls: number[] = []
  const fetch: FetchLike = () => {
    const answer = answers[Math.min(calls.length, answers.length - 1)]?.()
    calls.push(Date.now() - start)
    return answer instanceof Response ? Promise.resolve(answer) : Promise.reject(answer ?? new Error('no answer'))
  }
  const start = Date.now()
  return { fetch, calls }
}

const down = (): Error => new Error('down')
const random = (value: number): void => {
  vi.spyOn(Math, 'random').mockReturnValue(value)
}

describe('a clock that runs tasks synchronously', () => {
  it.each([
    ['advanceTimersByTime()', () => vi.advanceTimersByTime(50)],
    ['runAllTimers()', () => vi.runAllTimers()],
    ['tick() of node:test', undefined],
  ])('delivers all messages of a chunk in one call: %s', async (_, run) => {
    // Tasks wait for microtasks only if there is a handler, which test runners have too.
    expect(process.listenerCount('uncaughtException')).toBeGreaterThan(0)
    if (!run) {
      vi.useRealTimers()
      mock.timers.enable({ apis: ['setImmediate', 'setTimeout'] })
      onTestFinished(() => {
        mock.timers.reset()
      })
    }
    const data: string[] = []
    const source = open(STUB_URL, { fetch: () => Promise.resolve(openResponse('data: 1\n\ndata: 2\n\ndata: 3\n\n')) })
    source.onmessage = (event) => data.push(String(event.data))
    for (let turn = 0; turn < 500; turn++) await Promise.resolve()
    if (run) run()
    else mock.timers.tick(10)
    expect(data).toEqual(['1', '2', '3'])
  })
})

describe('delay that has just ended', () => {
  /** A source before its reconnection, and the signals of its requests. */
  async function waiting(): Promise<{ source: EventSource; signals: AbortSignal[] }> {
    random(0)
    const signals: AbortSignal[] = []
    const fetch: FetchLike = (_, { signal }) => {
      signals.push(signal)
      return signals.length === 1 ? Promise.reject(down()) : new Promise(() => undefined)
    }
    const source = open(STUB_URL, { fetch })
    await vi.advanceTimersByTimeAsync(2_990)
    return { source, signals }
  }

  it('is ignored if close() is called meanwhile', async () => {
    const { source, signals } = await waiting()
    const channels: string[] = []
    const record = (_: unknown, channel: string | symbol): void => void channels.push(String(channel))
    subscribe('everysource:connect', record)
    onTestFinished(() => void unsubscribe('everysource:connect', record))
    vi.advanceTimersByTime(20)
    source.close()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(signals).toHaveLength(1)
    expect(channels).toEqual([])
    expect(source.readyState).toBe(EventSource.CLOSED)
  })

  it.each([0, 1, 2, 3, 4])('leaves the request of a reconnect() %i microtasks later to close()', async (microtasks) => {
    const { source, signals } = await waiting()
    vi.advanceTimersByTime(20)
    for (let left = microtasks; left > 0; left--) await Promise.resolve()
    source.reconnect()
    await vi.advanceTimersByTimeAsync(10)
    source.close()
    expect(signals.slice(1).map(({ aborted }) => aborted)).not.toContain(false)
    expect(signals.length).toBeLessThanOrEqual(3)
  })
})

describe('reconnection', () => {
  it('happens after the initial reconnection time of 3,000 ms', async () => {
    random(0)
    const { fetch, calls } = answering(down, () => openResponse())
    const source = open(STUB_URL, { fetch })
    await vi.advanceTimersByTimeAsync(2_990)
    expect(calls).toHaveLength(1)
    expect(source.readyState).toBe(EventSource.CONNECTING)
    await vi.advanceTimersByTimeAsync(20)
    expect(calls).toHaveLength(2)
    expect(calls[1]).toBeGreaterThanOrEqual(3_000)
    expect(source.readyState).toBe(EventSource.OPEN)
  })

  it("does not happen early if the server's retry exceeds the range of timers", async () => {
    random(1)
    const { fetch, calls } = answering(
      () => closingResponse(`retry: ${2 ** 31}\ndata: 1\n\n`),
      () => openResponse(),
    )
    open(STUB_URL, { fetch })
    await vi.advanceTimersByTimeAsync(24 * 3_600_000)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(24 * 24 * 3_600_000)
    expect(calls).toHaveLength(2)
  })

  it('waits longer after each attempt without a message, up to 30 s', async () => {
    random(0)
    const { fetch, calls } = answering(down)
    open(STUB_URL, { fetch })
    await vi.advanceTimersByTimeAsync(120_000)
    const waits = calls.slice(1).map((time, i) => Math.round((time - (calls[i] ?? 0)) / 100) * 100)
    expect(waits).toEqual([3_000, 6_000, 12_000, 24_000, 30_000, 30_000])
  })

  it('waits the reconnection time again after a connection was open for 5 s, even without a message', async () => {
    random(0)
    const openFor = (ms: number) => () =>
      response(
        new ReadableStream({
          start(controller) {
            setTimeout(() => {
              controller.close()
            }, ms)
          },
        }),
      )
    const { fetch, calls } = answering(down, down, openFor(4_900), openFor(5_100), down)
    open(STUB_URL, { fetch })
    await vi.advanceTimersByTimeAsync(40_000)
    const waits = calls.slice(1).map((time, i) => Math.round((time - (calls[i] ?? 0)) / 100) * 100)
    expect(waits).toEqual([3_000, 6_000, 4_900 + 12_000, 5_100 + 3_000, 3_000])
  })
})

it('an open stream has no pending timer', async () => {
  const { fetch } = answering(() => openResponse('data: 1\n\n'))
  const source = open(STUB_URL, { fetch })
  const opened = nextOpen(source)
  await vi.advanceTimersByTimeAsync(10)
  await opened
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(vi.getTimerCount()).toBe(0)
  expect(source.readyState).toBe(EventSource.OPEN)
})
