/** Leaks and race conditions in `fetchEventSource`. */

import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchEventSource, type FetchEventSourceInit } from '../../../src/fetch-event-source.ts'

const STUB_URL = 'http://localhost/'

/** A body that stays open, with a spy for its cancellation and a way to write to it. */
function body(...texts: string[]) {
  const cancel = vi.fn()
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel,
  })
  const write = (text: string): void => {
    controller.enqueue(new TextEncoder().encode(text))
  }
  texts.forEach(write)
  return {
    response: new Response(stream, { headers: { 'Content-Type': 'text/event-stream' } }),
    write,
    end: () => {
      controller.close()
    },
    cancel,
  }
}

function ended(...texts: string[]): Response {
  return new Response(texts.join(''), { headers: { 'Content-Type': 'text/event-stream' } })
}

/** A signal that counts its listeners. */
function countedSignal() {
  const controller = new AbortController()
  const { signal } = controller
  return { controller, signal, count: counted(signal) }
}

function counted(target: EventTarget): () => number {
  let count = 0
  const { addEventListener, removeEventListener } = target
  const listeners = new Set<unknown>()
  target.addEventListener = (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
    listeners.add(listener)
    addEventListener.call(target, type, listener, options)
    count = listeners.size
  }
  target.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener)
    removeEventListener.call(target, type, listener)
    count = listeners.size
  }
  return () => count
}

/** A minimal page. */
function page() {
  const document = Object.assign(new EventTarget(), { hidden: false })
  const count = counted(document)
  vi.stubGlobal('document', document)
  const turn = (hidden: boolean) => () => {
    document.hidden = hidden
    document.dispatchEvent(new Event('visibilitychange'))
  }
  return { hide: turn(true), show: turn(false), count }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const ENDINGS: Record<string, (init: FetchEventSourceInit, controller: AbortController) => FetchEventSourceInit> = {
  'the stream ends': (init) => ({ ...init, fetch: async () => Promise.resolve(ended('data: x\n\n')) }),
  'the signal is aborted on an open connection': (init, controller) => ({
    ...init,
    onmessage: () => {
      controller.abort()
    },
  }),
  'the signal is aborted while connecting': (init, controller) => ({
    ...init,
    fetch: () => {
      queueMicrotask(() => {
        controller.abort()
      })
      return new Promise(() => undefined)
    },
  }),
  'the signal is aborted before a retry': (init, controller) => ({
    ...init,
    fetch: () => Promise.reject(new Error('down')),
    onerror: () => {
      setTimeout(() => {
        controller.abort()
      })
      return 60_000
    },
  }),
  'onerror throws': (init) => ({
    ...init,
    fetch: () => Promise.reject(new Error('down')),
    onerror: (error) => {
      throw error
    },
  }),
  'onopen throws and onerror rethrows': (init) => ({
    ...init,
    onopen: () => {
      throw new Error('refused')
    },
    onerror: (error) => {
      throw error
    },
  }),
}

describe.each(Object.entries(ENDINGS))('fetchEventSource when %s', (_, run) => {
  it('leaves no listener and no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { signal, controller, count } = countedSignal()
    const { count: countOfPage } = page()
    const { response } = body('data: x\n\n')
    const init = run({ signal, fetch: async () => Promise.resolve(response) }, controller)
    const fetch = vi.fn(init.fetch)
    const running = fetchEventSource(STUB_URL, { ...init, fetch }).catch(() => undefined)
    expect([count(), countOfPage()]).toEqual([1, 1])
    await vi.advanceTimersByTimeAsync(10)
    await running
    expect([count(), countOfPage(), vi.getTimerCount()]).toEqual([0, 0, 0])
    await vi.advanceTimersByTimeAsync(120_000)
    expect(fetch).toHaveBeenCalledOnce()
  })
})

describe('fetch that ignores signals', () => {
  it('has its body canceled if onopen throws', async () => {
    const { response, cancel } = body()
    await fetchEventSource(STUB_URL, {
      fetch: async () => Promise.resolve(response),
      onopen: () => {
        throw new Error('refused')
      },
      onerror: (error) => {
        throw error
      },
    }).catch(() => undefined)
    await vi.waitFor(() => {
      expect(cancel).toHaveBeenCalledOnce()
    })
  })

  it('has its body canceled if onmessage throws', async () => {
    const { response, cancel } = body('data: x\n\n')
    await fetchEventSource(STUB_URL, {
      fetch: async () => Promise.resolve(response),
      onmessage: () => {
        throw new Error('wrong')
      },
      onerror: (error) => {
        throw error
      },
    }).catch(() => undefined)
    expect(cancel).toHaveBeenCalledOnce()
  })
})

describe('hidden page', () => {
  it('a page hidden while headers() is pending sends no request until it is shown', async () => {
    const { hide, show } = page()
    const made: (() => void)[] = []
    const headers = (): Promise<Record<string, string>> =>
      new Promise((resolve) => {
        made.push(() => {
          resolve({})
        })
      })
    const fetch = vi.fn(async () => Promise.resolve(ended()))
    const running = fetchEventSource(STUB_URL, { fetch, headers })
    hide()
    made[0]?.()
    await delay(10)
    expect(fetch).not.toHaveBeenCalled()
    show()
    made[1]?.()
    await running
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('a page that is shown at once has one connection, whatever was pending', async () => {
    const { hide, show } = page()
    const bodies: ReturnType<typeof body>[] = []
    const onmessage = vi.fn()
    const onerror = vi.fn()
    const controller = new AbortController()
    const running = fetchEventSource(STUB_URL, {
      signal: controller.signal,
      fetch: async () => {
        const next = body()
        bodies.push(next)
        await delay(bodies.length % 3)
        return next.response
      },
      onopen: () => delay(bodies.length % 2),
      onmessage,
      onerror,
    })
    for (let i = 0; i < 20; i++) {
      hide()
      show()
      await delay(i % 4)
    }
    // Enough turns of the event loop for all pending work.
    for (let turn = 0; turn < 50; turn++) await delay(1)
    for (const { cancel, write } of bodies) if (cancel.mock.calls.length === 0) write('data: x\n\n')
    for (let turn = 0; turn < 10; turn++) await delay(1)
    expect(bodies.filter(({ cancel }) => cancel.mock.calls.length === 0)).toHaveLength(1)
    expect(onmessage).toHaveBeenCalledOnce()
    expect(onerror).not.toHaveBeenCalled()
    controller.abort()
    await running
  })
})

it('fails on an endless event with an error that says so', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(2 ** 20))
  let chunks = 0
  const running = fetchEventSource(STUB_URL, {
    fetch: async () =>
      Promise.resolve(
        new Response(
          new ReadableStream<Uint8Array>({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('data: '))
            },
            pull(controller) {
              chunks++
              controller.enqueue(chunk)
            },
          }),
          { headers: { 'Content-Type': 'text/event-stream' } },
        ),
      ),
    onerror: (error) => {
      throw error
    },
  })
  // The option "maxBufferSize" does not exist here.
  await expect(running).rejects.toThrow(/^(?!.*maxBufferSize).*large/)
  expect(chunks).toBeLessThan(70)
})
