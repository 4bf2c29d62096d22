/** `fetchEventSource`, tried hard: what it must not leave behind, races, and what a program may hand it that the original takes. */

import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchEventSource, type FetchEventSourceInit } from '../../../src/fetch-event-source.ts'

const NOWHERE = 'http://localhost/'

/** A body that stays open, what has become of it, and a way to write to it. */
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

/** A page, as far as it matters here. */
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

const WAYS_TO_END: Record<string, (init: FetchEventSourceInit, controller: AbortController) => FetchEventSourceInit> = {
  'the stream ends': (init) => ({ ...init, fetch: async () => Promise.resolve(ended('data: x\n\n')) }),
  'the signal is aborted while it is open': (init, controller) => ({
    ...init,
    onmessage: () => {
      controller.abort()
    },
  }),
  'the signal is aborted while it connects': (init, controller) => ({
    ...init,
    fetch: () => {
      queueMicrotask(() => {
        controller.abort()
      })
      return new Promise(() => undefined)
    },
  }),
  'the signal is aborted in the wait': (init, controller) => ({
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
  'onopen throws, and onerror': (init) => ({
    ...init,
    onopen: () => {
      throw new Error('refused')
    },
    onerror: (error) => {
      throw error
    },
  }),
}

describe.each(Object.entries(WAYS_TO_END))('when %s', (_, way) => {
  it('no listener and no timer is left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { signal, controller, count } = countedSignal()
    const { count: countOfPage } = page()
    const { response } = body('data: x\n\n')
    const init = way({ signal, fetch: async () => Promise.resolve(response) }, controller)
    const fetch = vi.fn(init.fetch)
    const running = fetchEventSource(NOWHERE, { ...init, fetch }).catch(() => undefined)
    expect([count(), countOfPage()]).toEqual([1, 1])
    await vi.advanceTimersByTimeAsync(10)
    await running
    expect([count(), countOfPage(), vi.getTimerCount()]).toEqual([0, 0, 0])
    await vi.advanceTimersByTimeAsync(120_000)
    expect(fetch).toHaveBeenCalledOnce()
  })
})

describe('a fetch that knows nothing of signals', () => {
  it('has its body cancelled when onopen throws', async () => {
    const { response, cancel } = body()
    await fetchEventSource(NOWHERE, {
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

  it('has its body cancelled when onmessage throws', async () => {
    const { response, cancel } = body('data: x\n\n')
    await fetchEventSource(NOWHERE, {
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

  it('has its body cancelled when it comes after an abort', async () => {
    const { response, cancel } = body()
    const controller = new AbortController()
    await fetchEventSource(NOWHERE, {
      signal: controller.signal,
      fetch: async () => {
        await delay(1)
        controller.abort()
        return response
      },
    })
    await vi.waitFor(() => {
      expect(cancel).toHaveBeenCalledOnce()
    })
  })
})

describe('what the original takes', () => {
  it.each(['onopen', 'onmessage', 'onclose', 'onerror', 'fetch', 'headers', 'signal'])(
    '%s may be null',
    async (name) => {
      const said: unknown[] = []
      vi.stubGlobal('fetch', async () => Promise.resolve(ended('data: x\n\n')))
      const init = {
        onmessage: () => said.push('message'),
        onclose: () => void said.push('close'),
        onerror: (error: unknown) => {
          said.push(String(error))
          throw error
        },
        [name]: null,
      }
      await fetchEventSource(NOWHERE, init)
      expect(said).toEqual(['message', 'close'].filter((call) => `on${call}` !== name))
    },
  )

  it('an init that is put to another use afterwards', async () => {
    const sent: unknown[] = []
    const init: FetchEventSourceInit & { headers: Record<string, string> } = {
      method: 'POST',
      body: 'the first question',
      headers: { 'X-Question': '1' },
      fetch: async (_, { body, headers } = {}) => {
        sent.push([body, (headers as Record<string, string>)['X-Question']])
        return Promise.resolve(sent.length === 1 ? new Response(null, { status: 503 }) : ended())
      },
      onerror: () => 100,
    }
    const running = fetchEventSource(NOWHERE, init)
    init.body = 'the second question'
    init.headers['X-Question'] = '2'
    await running
    expect(sent).toEqual([
      ['the first question', '1'],
      ['the first question', '1'],
    ])
  })

  it.each([undefined, ''])('an accept of %j, which is none', async (accept) => {
    const sent: unknown[] = []
    await fetchEventSource(NOWHERE, {
      headers: { accept } as Record<string, string>,
      fetch: async (_, { headers } = {}) => {
        sent.push(headers)
        return Promise.resolve(ended())
      },
    })
    expect(sent).toEqual([{ accept: 'text/event-stream' }])
  })

  it.each([undefined, null, 0])('an onmessage that throws %j', async (thrown) => {
    const onerror = vi.fn((error: unknown) => {
      throw error
    })
    const running = fetchEventSource(NOWHERE, {
      fetch: async () => Promise.resolve(ended('data: x\n\n')),
      onmessage: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- people throw anything
        throw thrown
      },
      onerror,
    })
    await expect(running).rejects.toBe(thrown)
    expect(onerror).toHaveBeenCalledExactlyOnceWith(thrown)
  })
})

describe('a page that is hidden', () => {
  it('while onclose is at work does not have an answer asked for again', async () => {
    const { hide, show } = page()
    const fetch = vi.fn(async () => Promise.resolve(ended('data: x\n\n')))
    let saved!: () => void
    const onclose = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          saved = resolve
        }),
    )
    const running = fetchEventSource(NOWHERE, { method: 'POST', body: 'a question', fetch, onclose })
    await vi.waitFor(() => {
      expect(onclose).toHaveBeenCalled()
    })
    hide()
    show()
    saved()
    await running
    expect(fetch).toHaveBeenCalledOnce()
    expect(onclose).toHaveBeenCalledOnce()
  })

  it('while onerror is at work still hears what it throws', async () => {
    const { hide } = page()
    let decide!: (error: Error) => void
    const onerror = vi.fn(
      () =>
        new Promise<void>((_, reject) => {
          decide = reject
        }),
    )
    const settled = vi.fn()
    fetchEventSource(NOWHERE, { fetch: () => Promise.reject(new Error('down')), onerror }).catch(settled)
    await vi.waitFor(() => {
      expect(onerror).toHaveBeenCalled()
    })
    hide()
    decide(new Error('fatal'))
    await vi.waitFor(() => {
      expect(settled).toHaveBeenCalledExactlyOnceWith(new Error('fatal'))
    })
  })

  it('while headers are made has no request made, and one when it is shown', async () => {
    const { hide, show } = page()
    const made: (() => void)[] = []
    const headers = (): Promise<Record<string, string>> =>
      new Promise((resolve) => {
        made.push(() => {
          resolve({})
        })
      })
    const fetch = vi.fn(async () => Promise.resolve(ended()))
    const running = fetchEventSource(NOWHERE, { fetch, headers })
    hide()
    made[0]?.()
    await delay(10)
    expect(fetch).not.toHaveBeenCalled()
    show()
    made[1]?.()
    await running
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('and shown in one turn has one connection, whatever it was about', async () => {
    const { hide, show } = page()
    const bodies: ReturnType<typeof body>[] = []
    const onmessage = vi.fn()
    const onerror = vi.fn()
    const controller = new AbortController()
    const running = fetchEventSource(NOWHERE, {
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
    await delay(50)
    for (const { cancel, write } of bodies) if (cancel.mock.calls.length === 0) write('data: x\n\n')
    await delay(10)
    expect(bodies.filter(({ cancel }) => cancel.mock.calls.length === 0)).toHaveLength(1)
    expect(onmessage).toHaveBeenCalledOnce()
    expect(onerror).not.toHaveBeenCalled()
    controller.abort()
    await running
  })
})

it('an ID to start with is reset by a block without data, however its header is written', async () => {
  const sent: unknown[] = []
  for (const name of ['last-event-id', 'Last-Event-ID']) {
    let attempts = 0
    await fetchEventSource(NOWHERE, {
      headers: { [name]: '41' },
      fetch: async (_, { headers } = {}) => {
        sent.push(new Headers(headers).get('last-event-id'))
        return Promise.resolve(ended('id\n\n'))
      },
      onclose: () => {
        if (++attempts === 1) throw new Error('once more')
      },
      onerror: () => 100,
    })
  }
  expect(sent).toEqual(['41', null, '41', null])
})

it('an event that grows without end is a failure that says so', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(2 ** 20))
  let chunks = 0
  const running = fetchEventSource(NOWHERE, {
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
  // Nobody can set "maxBufferSize" here.
  await expect(running).rejects.toThrow(/^(?!.*maxBufferSize).*large/)
  expect(chunks).toBeLessThan(70)
})
