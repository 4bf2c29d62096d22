/** The wait before the next attempt, and coming back online. Time is the subject here. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startWait } from '../../../src/connection/wait.ts'
import { onceOnline } from '../../../src/platform/page.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A global object that events can be sent to, and how many listen to it. */
function stubBrowser(navigator: object | undefined = { onLine: false }): { online(): void; listeners(): number } {
  const target = new EventTarget()
  let listeners = 0
  vi.stubGlobal('navigator', navigator)
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

/** Whether a wait is over by now. */
async function isOver(wait: { over: Promise<void> }): Promise<boolean> {
  let over = false
  void wait.over.then(() => {
    over = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return over
}

describe('a wait', () => {
  it('is over when its time is', async () => {
    const wait = startWait(1_000)
    await vi.advanceTimersByTimeAsync(999)
    expect(await isOver(wait)).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await isOver(wait)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is never over once it is cancelled, and leaves nothing behind', async () => {
    const { listeners, online } = stubBrowser()
    const wait = startWait(1_000)
    wait.cancel()
    expect(vi.getTimerCount()).toBe(0)
    expect(listeners()).toBe(0)
    online()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await isOver(wait)).toBe(false)
  })

  it('may be cancelled twice, or when it is over', async () => {
    const wait = startWait(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    wait.cancel()
    wait.cancel()
    expect(await isOver(wait)).toBe(true)
  })

  it('may be as long as a timer holds', async () => {
    const wait = startWait(2 ** 31 - 1)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(await isOver(wait)).toBe(false)
    wait.cancel()
  })
})

describe('in a browser', () => {
  it.each([false, true])('it is over when the page is back online, whatever onLine says: %s', async (onLine) => {
    const { online, listeners } = stubBrowser({ onLine })
    const wait = startWait(60_000)
    expect(listeners()).toBe(1)
    online()
    expect(await isOver(wait)).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    expect(listeners()).toBe(0)
  })

  it('nobody listens once its time is over', async () => {
    const { listeners } = stubBrowser()
    startWait(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(listeners()).toBe(0)
  })
})

describe('elsewhere', () => {
  it.each([
    ['there is no navigator', undefined],
    ['it does not know, as in Node', { hardwareConcurrency: 2 }],
  ])('nobody listens to the global object where %s', (_, navigator) => {
    const { listeners } = stubBrowser(navigator)
    vi.stubGlobal('navigator', navigator)
    const forget = onceOnline(vi.fn())
    expect(listeners()).toBe(0)
    forget?.()
    expect(listeners()).toBe(0)
  })

  it('a global object without events does no harm', () => {
    stubBrowser()
    vi.stubGlobal('addEventListener', undefined)
    vi.stubGlobal('removeEventListener', undefined)
    expect(() => {
      onceOnline(vi.fn())?.()
    }).not.toThrow()
  })
})
