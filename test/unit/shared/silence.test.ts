/** How a follower notices that its leader is silent. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Host } from '../../../src/shared/host.ts'
import { watchSilence } from '../../../src/shared/silence.ts'

const DAY = 86_400_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A watch, and its calls with the time since its start, in s. */
function watch() {
  const start = performance.now()
  const calls: string[] = []
  const note = (call: string): void => {
    calls.push(`${call} ${Math.floor((performance.now() - start) / 1_000)}`)
  }
  const page = { isHidden: false, timers: 0 }
  const host: Host = {
    lock: undefined,
    openChannel: () => undefined,
    isHidden: () => page.isHidden,
    startTimer: (run, ms) => {
      page.timers++
      const timer = setTimeout(run, ms)
      return () => {
        clearTimeout(timer)
      }
    },
  }
  const silence = watchSilence(
    host,
    () => {
      note('ask')
    },
    () => {
      note('query')
      return Promise.resolve()
    },
    () => {
      note('take over')
    },
  )
  silence.hear()
  silence.look()
  return { silence, calls, page }
}

const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1_000)

describe('a silent leader', () => {
  it('is asked twice and then replaced', async () => {
    const { calls } = watch()
    await pass(3.9)
    expect(calls).toEqual([])
    await pass(5)
    expect(calls).toEqual(['ask 4', 'ask 6', 'query 8', 'take over 8'])
  })

  it('is not replaced if it answers', async () => {
    const { silence, calls } = watch()
    for (const seconds of [4, 2, 2]) {
      await pass(seconds)
      if (seconds === 2) silence.hear()
    }
    expect(calls).toEqual(['ask 4', 'ask 6'])
    await pass(2)
    expect(calls).toEqual(['ask 4', 'ask 6'])
  })

  it('is not replaced if it is heard during the last wait', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9)
    const { silence, calls } = watch()
    await pass(8.1)
    silence.hear()
    await pass(1)
    expect(calls).toEqual(['ask 4', 'ask 6', 'query 8'])
    vi.restoreAllMocks()
  })

  it('is not asked by a hidden page until it is shown', async () => {
    const { silence, calls, page } = watch()
    page.isHidden = true
    await pass(60)
    expect(calls).toEqual([])
    page.isHidden = false
    silence.look()
    expect(calls).toEqual(['ask 60'])
  })

  it('is not noticed after stop()', async () => {
    const { silence, calls } = watch()
    silence.stop()
    await pass(60)
    expect(calls).toEqual([])
  })
})

describe('a clock that is set', () => {
  it.each([
    ['back by an hour', -DAY / 24],
    ['back by 40 days', -40 * DAY],
    ['forward by an hour', DAY / 24],
    ['forward by 40 days', 40 * DAY],
  ])('%s delays the notice by seconds, without many timers', async (_, ms) => {
    const { calls, page } = watch()
    await pass(1)
    vi.setSystemTime(Date.now() + ms)
    await pass(14)
    expect(calls.at(-1)).toMatch(/^take over/)
    expect(page.timers).toBeLessThan(10)
  })

  it('back while an answer is awaited delays the notice by seconds', async () => {
    const { calls, page } = watch()
    await pass(5)
    vi.setSystemTime(Date.now() - 40 * DAY)
    await pass(14)
    expect(calls.at(-1)).toMatch(/^take over/)
    expect(page.timers).toBeLessThan(10)
  })
})

describe('a context that has slept', () => {
  it('asks again, because answers may be waiting', async () => {
    const { calls } = watch()
    await pass(4)
    // Timers stop meanwhile.
    vi.setSystemTime(Date.now() + DAY)
    await pass(2)
    expect(calls).toEqual(['ask 4', 'ask 6'])
    await pass(2)
    expect(calls).toEqual(['ask 4', 'ask 6', 'ask 8'])
    await pass(3)
    expect(calls.at(-1)).toBe('take over 10')
  })
})
