/** `fetchEventSource` with a stubbed fetch, a stubbed document and fake timers. */

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { EventStreamContentType, fetchEventSource, type FetchEventSourceInit } from '../../../src/fetch-event-source.ts'
import { closingResponse, openResponse, STUB_URL, response } from '../support/sources.ts'
import { rejection, settled, source, unhandledRejections } from '../support/streams.ts'
import { type Answer, pending } from '../support/watch.ts'

beforeEach(() => {
  // Not setImmediate and microtasks: streams need them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A request that the stubbed fetch received. */
interface SentRequest {
  input: unknown
  init: RequestInit & { headers: Record<string, string>; signal: AbortSignal }
}

/** The calls that `fetchEventSource` makes, in order. */
interface Call {
  promise: Promise<void>
  /** Its outcome: `resolved`, or `rejected` with a reason. Undefined until then. */
  readonly outcome: { how: 'resolved' | 'rejected'; error?: unknown } | undefined
  requests: SentRequest[]
  calls: string[]
}

/** Calls `fetchEventSource` with these responses, the last of which repeats. Records each callback, then calls the given one. */
function call(answers: Answer[], options: FetchEventSourceInit = {}): Call {
  const requests: SentRequest[] = []
  const calls: string[] = []
  const controller = new AbortController()
  onTestFinished(() => {
    controller.abort()
  })
  const { onopen, onmessage, onclose, onerror, ...others } = options
  const promise = fetchEventSource(STUB_URL, {
    signal: controller.signal,
    fetch: async (input, init) => {
      requests.push({ input, init: init as SentRequest['init'] })
      calls.push('fetch')
      // Like any fetch, respond asynchronously.
      await Promise.resolve()
      return (answers[Math.min(requests.length, answers.length) - 1] ?? pending)()
    },
    onopen: (given) => {
      calls.push('open')
      return onopen?.(given)
    },
    onmessage: (message) => {
      calls.push(message.data)
      onmessage?.(message)
    },
    onclose: () => {
      calls.push('close')
      return onclose?.()
    },
    onerror: (error) => {
      calls.push('error')
      return onerror?.(error)
    },
    ...others,
  })
  let outcome: Call['outcome']
  promise.then(
    () => {
      outcome = { how: 'resolved' }
    },
    (error: unknown) => {
      outcome = { how: 'rejected', error }
    },
  )
  return {
    promise,
    requests,
    calls,
    get outcome() {
      return outcome
    },
  }
}

/** Responses. */
const one: Answer = () => closingResponse('data: 1\n\n')
const down: Answer = () => Promise.reject(new Error('down'))

/** Replaces the runtime's document by one whose visibility the test controls. */
function page(isHidden = false) {
  const listeners = new Set<() => void>()
  const document = {
    hidden: isHidden,
    addEventListener: (type: string, listener: () => void) => {
      if (type === 'visibilitychange') listeners.add(listener)
    },
    removeEventListener: (type: string, listener: () => void) => {
      if (type === 'visibilitychange') listeners.delete(listener)
    },
  }
  vi.stubGlobal('document', document)
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  const turn = (isHidden: boolean): void => {
    document.hidden = isHidden
    for (const listener of [...listeners]) listener()
  }
  return {
    listeners,
    hide: () => {
      turn(true)
    },
    show: () => {
      turn(false)
    },
  }
}

describe('fetchEventSource', () => {
  it("passes the input and fetch's own options to fetch unchanged", async () => {
    const seen: { input: unknown; init: RequestInit | undefined }[] = []
    const fetch = (input: unknown, init?: RequestInit) => {
      seen.push({ input, init })
      return Promise.resolve(closingResponse())
    }
    const input = new Request(STUB_URL)
    const body = new Uint8Array(1)
    await fetchEventSource(input, {
      fetch,
      method: 'POST',
      body,
      credentials: 'include',
      openWhenHidden: true,
      onopen: () => undefined,
    })
    expect(seen[0]?.input).toBe(input)
    expect(seen[0]?.init).toMatchObject({ method: 'POST', body, credentials: 'include' })
    expect(Object.keys(seen[0]?.init ?? {})).not.toEqual(expect.arrayContaining(['fetch', 'onopen', 'openWhenHidden']))
  })

  it("works without options and uses the runtime's fetch", async () => {
    const fetch = vi.fn(() => Promise.resolve(closingResponse()))
    vi.stubGlobal('fetch', fetch)
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    await fetchEventSource(STUB_URL)
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('awaits async callbacks one after the other', async () => {
    const made = call([one], {
      onopen: async () => {
        await settled()
        made.calls.push('opened')
      },
      onclose: async () => {
        await settled()
        made.calls.push('closed')
      },
    })
    await made.promise
    expect(made.calls).toEqual(['fetch', 'open', 'opened', '1', 'close', 'closed'])
  })
})

describe('headers', () => {
  it.each([
    ['an object', { 'X-One': '1' }],
    ['Headers', new Headers({ 'X-One': '1' })],
    ['a function', () => ({ 'X-One': '1' })],
    ['an async function', () => Promise.resolve(new Headers({ 'X-One': '1' }))],
  ])('may be %s', async (_, headers) => {
    const { promise, requests } = call([one], { headers })
    await promise
    const sent = new Headers(requests[0]?.init.headers)
    expect([sent.get('x-one'), sent.get('accept')]).toEqual(['1', 'text/event-stream'])
  })

  it.each(['accept', 'Accept', 'ACCEPT'])('override the default %s', async (name) => {
    const { promise, requests } = call([one], { headers: { [name]: 'text/x' } })
    await promise
    expect(new Headers(requests[0]?.init.headers).get('accept')).toBe('text/x')
  })

  it('may be a function, which is called for each attempt', async () => {
    let token = 0
    const made = call([down, one], { headers: () => ({ Authorization: String(++token) }) })
    await vi.runAllTimersAsync()
    await made.promise
    expect(made.requests.map(({ init }) => init.headers.Authorization)).toEqual(['1', '2'])
  })

  it('may be a function, whose error goes to onerror without a request', async () => {
    const thrown = new Error('no token')
    const made = call([one], {
      headers: () => Promise.reject(thrown),
      onerror: (error) => {
        throw error
      },
    })
    expect(await rejection(made.promise)).toBe(thrown)
    expect(made.calls).toEqual(['error'])
  })

  it('are not modified', async () => {
    const headers = { 'X-One': '1' }
    const made = call([() => finishedBadly('id: 1\ndata: 1\n\n'), one], { headers })
    await settled()
    await vi.runAllTimersAsync()
    await made.promise
    expect(headers).toEqual({ 'X-One': '1' })
  })
})

/** A valid response that is interrupted after this text. */
function finishedBadly(text: string): Response {
  const { stream, push, fail } = source()
  push(text)
  setImmediate(() => {
    fail(new Error('reset'))
  })
  return response(stream)
}

/** The `last-event-id` of each request. */
function idsOf({ requests }: Call): (string | null)[] {
  return requests.map(({ init }) => new Headers(init.headers).get('last-event-id'))
}

describe('last-event-id of a retry', () => {
  it.each([
    ['that of a message', 'id: 1\ndata: 1\n\n', '1'],
    ['that of the last message with one', 'id: 1\ndata: 1\n\ndata: 2\n\n', '1'],
    ['that of a block without data', 'id: 1\n\n', '1'],
    ['that of a block without data before a message without ID', 'id: 1\n\ndata: 2\n\n', '1'],
    ['not that of an incomplete event', 'id: 1\ndata: 1\n\nid: 2\ndata: 2\n', '1'],
    ['none after a reset', 'id: 1\ndata: 1\n\nid\ndata: 2\n\n', null],
    ['none after a reset without data', 'id: 1\ndata: 1\n\nid\n\n', null],
    ['encoded in UTF-8', 'id: ü\ndata: 1\n\n', '\u00c3\u00bc'],
  ])('is %s', async (_, text, id) => {
    const made = call([() => finishedBadly(text), one])
    await settled()
    await vi.runAllTimersAsync()
    await made.promise
    expect(idsOf(made)).toEqual([null, id])
  })

  it.each(['last-event-id', 'Last-Event-ID'])('is not sent after a reset even if the caller set %s', async (name) => {
    for (const text of ['id\ndata: 1\n\n', 'id\n\n']) {
      const made = call([() => finishedBadly(text), one], { headers: { [name]: '7' } })
      await settled()
      await vi.runAllTimersAsync()
      await made.promise
      expect(idsOf(made), text).toEqual(['7', null])
    }
  })
})

describe('default onopen', () => {
  async function opened(given: Response): Promise<unknown> {
    try {
      await fetchEventSource(STUB_URL, {
        fetch: () => Promise.resolve(given),
        onerror: (error) => {
          throw error
        },
      })
    } catch (error) {
      return error
    }
    return undefined
  }

  it.each(['text/event-stream', 'text/event-stream;charset=utf-8', 'TEXT/Event-Stream; x'])(
    'accepts %s',
    async (type) => {
      expect(await opened(response('', { headers: { 'Content-Type': type } }))).toBeUndefined()
    },
  )

  it.each(['text/html', 'application/json', 'text/event-streams'])(
    'throws for %s with an error that names both types',
    async (type) => {
      const error = await opened(response('', { headers: { 'Content-Type': type } }))
      expect(error).toBeInstanceOf(Error)
      expect((error as Error).message).toContain(type)
      expect((error as Error).message).toContain(EventStreamContentType)
    },
  )
})

describe('onerror', () => {
  const thrown = { not: 'even an error' }
  const fail = (): never => {
    throw thrown
  }

  it.each([
    ['a rejection of fetch', [() => Promise.reject(thrown as unknown as Error)], {}],
    ['an exception in onopen', [one], { onopen: fail }],
    ['a rejection of onopen', [one], { onopen: () => Promise.reject(thrown as unknown as Error) }],
    ['an exception in onmessage', [one], { onmessage: fail }],
    ['an exception in onclose', [one], { onclose: fail }],
    ['a rejection of onclose', [one], { onclose: () => Promise.reject(thrown as unknown as Error) }],
  ] as [string, Answer[], FetchEventSourceInit][])('receives %s unchanged', async (_, answers, options) => {
    const errors: unknown[] = []
    const made = call(answers, {
      ...options,
      onerror: (error) => {
        errors.push(error)
        fail()
      },
    })
    expect(await rejection(made.promise)).toBe(thrown)
    expect(errors).toEqual([thrown])
    expect(made.requests[0]?.init.signal.aborted).toBe(true)
  })

  it('is called for a response without a body', async () => {
    const made = call([() => response(null), one])
    await settled()
    await vi.runAllTimersAsync()
    await made.promise
    expect(made.calls).toEqual(['fetch', 'open', 'error', 'fetch', 'open', '1', 'close'])
  })

  it('runs while the caller reads the rest of a refused response', async () => {
    const { stream, push, end } = source('{"error":')
    let text: Promise<string> | undefined
    const made = call([() => response(stream), one], {
      onopen: (refused) => {
        if (made.requests.length === 1) throw Object.assign(new Error('refused'), { refused })
      },
      onerror: ({ refused }: { refused: Response }) => {
        text = refused.text()
      },
    })
    await settled()
    push('"quota"}')
    end()
    expect(await text).toBe('{"error":"quota"}')
    await vi.runAllTimersAsync()
    await made.promise
  })

  it('rejects the promise by rejecting', async () => {
    const unhandled = unhandledRejections()
    const made = call([down], { onerror: () => Promise.reject(new Error('enough')) })
    expect(await rejection(made.promise)).toEqual(new Error('enough'))
    await settled()
    expect(unhandled).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('delay before a retry', () => {
  /** Delay of the second request after the failure of the first, in ms. */
  async function waited(first: Answer, answer: unknown): Promise<number> {
    const made = call([first, one], { onerror: () => answer as number })
    await settled()
    for (let ms = 0; ms <= 10_000; ms += 50) {
      if (made.requests.length === 2) return ms
      await vi.advanceTimersByTimeAsync(50)
    }
    return Infinity
  }

  it.each([
    ['1,000 ms by default', down, undefined, 1_000],
    ['1,000 ms if onerror returns null', down, null, 1_000],
    ['the value returned by onerror', down, 250, 250],
    ['the value resolved by an async onerror', down, Promise.resolve(250), 250],
    ['the retry field of the stream', () => finishedBadly('retry: 300\n\n'), undefined, 300],
    ['the value of onerror rather than the retry field', () => finishedBadly('retry: 300\n\n'), 400, 400],
    ['at least 100 ms if onerror returns less', down, 0, 100],
    ['at least 100 ms if onerror returns a negative number', down, -5, 100],
    ['at least 100 ms if the retry field is less', () => finishedBadly('retry: 0\n\n'), undefined, 100],
    ['1,000 ms if onerror returns NaN', down, NaN, 1_000],
    ['1,000 ms if onerror returns a non-numeric string', down, 'soon', 1_000],
    ['that many ms if onerror returns a numeric string', down, '400', 400],
    [
      '1,000 ms if the retry field is invalid',
      () => finishedBadly('retry: 5x\nretry: -1\nretry\n\n'),
      undefined,
      1_000,
    ],
    ['very long if onerror returns more than a timer supports', down, 2 ** 40, Infinity],
    [
      'very long if the retry field is more than a timer supports',
      () => finishedBadly('retry: 99999999999999\n\n'),
      undefined,
      Infinity,
    ],
    ['unlimited if onerror returns Infinity', down, Infinity, Infinity],
  ])('is %s', async (_, first, answer, ms) => {
    expect(await waited(first, answer)).toBe(ms)
  })
})

describe('compatibility with the original', () => {
  it.each(['onopen', 'onmessage', 'onclose', 'onerror', 'fetch', 'headers', 'signal'])(
    'accepts null for %s',
    async (name) => {
      const said: unknown[] = []
      vi.stubGlobal('fetch', async () => Promise.resolve(closingResponse('data: x\n\n')))
      const init = {
        onmessage: () => said.push('message'),
        onclose: () => void said.push('close'),
        onerror: (error: unknown) => {
          said.push(String(error))
          throw error
        },
        [name]: null,
      }
      await fetchEventSource(STUB_URL, init)
      expect(said).toEqual(['message', 'close'].filter((call) => `on${call}` !== name))
    },
  )

  it('copies an init that the caller modifies afterward', async () => {
    const sent: unknown[] = []
    const init: FetchEventSourceInit & { headers: Record<string, string> } = {
      method: 'POST',
      body: 'the first question',
      headers: { 'X-Question': '1' },
      fetch: async (_, { body, headers } = {}) => {
        sent.push([body, (headers as Record<string, string>)['X-Question']])
        return Promise.resolve(sent.length === 1 ? new Response(null, { status: 503 }) : closingResponse())
      },
      onerror: () => 100,
    }
    const running = fetchEventSource(STUB_URL, init)
    init.body = 'the second question'
    init.headers['X-Question'] = '2'
    await vi.runAllTimersAsync()
    await running
    expect(sent).toEqual([
      ['the first question', '1'],
      ['the first question', '1'],
    ])
  })

  it.each([undefined, ''])('treats an accept header of %j as missing', async (accept) => {
    const sent: unknown[] = []
    await fetchEventSource(STUB_URL, {
      headers: { accept } as Record<string, string>,
      fetch: async (_, { headers } = {}) => {
        sent.push(headers)
        return Promise.resolve(closingResponse())
      },
    })
    expect(sent).toEqual([{ accept: 'text/event-stream' }])
  })

  it.each([undefined, null, 0])('passes on %j thrown by onmessage', async (thrown) => {
    const onerror = vi.fn((error: unknown) => {
      throw error
    })
    const running = fetchEventSource(STUB_URL, {
      fetch: async () => Promise.resolve(closingResponse('data: x\n\n')),
      onmessage: () => {
        throw thrown
      },
      onerror,
    })
    await expect(running).rejects.toBe(thrown)
    expect(onerror).toHaveBeenCalledExactlyOnceWith(thrown)
  })
})

describe('signal', () => {
  it('already aborted resolves the promise without a request', async () => {
    const made = call([one], { signal: AbortSignal.abort() })
    await made.promise
    expect(made.calls).toEqual([])
  })

  it('aborted in onmessage discards the next message of the same chunk', async () => {
    const controller = new AbortController()
    const made = call([() => openResponse('data: 1\n\ndata: 2\n\n')], {
      signal: controller.signal,
      onmessage: () => {
        controller.abort()
      },
    })
    await made.promise
    await settled()
    expect(made.calls).toEqual(['fetch', 'open', '1'])
  })

  it.each(['onopen', 'onclose', 'onerror'] as const)(
    'aborted in %s resolves the promise without further calls',
    async (name) => {
      const controller = new AbortController()
      const made = call([name === 'onerror' ? down : one], {
        signal: controller.signal,
        [name]: () => {
          controller.abort()
        },
      })
      await made.promise
      await vi.advanceTimersByTimeAsync(60_000)
      expect(made.requests).toHaveLength(1)
      expect(made.calls.at(-1)).toBe(name.slice(2))
    },
  )

  it.each(['onopen', 'onclose', 'onerror'] as const)(
    'aborted while %s is pending ignores its outcome',
    async (name) => {
      const unhandled = unhandledRejections()
      const controller = new AbortController()
      let reject: ((error: Error) => void) | undefined
      const made = call([name === 'onerror' ? down : one], {
        signal: controller.signal,
        [name]: () =>
          new Promise((_, rejected) => {
            reject = rejected
          }),
      })
      await settled()
      controller.abort()
      await made.promise
      reject?.(new Error('late'))
      await vi.advanceTimersByTimeAsync(60_000)
      expect(made.calls.at(-1)).toBe(name.slice(2))
      expect(unhandled).toEqual([])
    },
  )

  it('aborted while headers() is pending prevents the request', async () => {
    const controller = new AbortController()
    const made = call([one], {
      signal: controller.signal,
      headers: async () => {
        await settled()
        controller.abort()
        return {}
      },
    })
    await made.promise
    await settled()
    expect(made.calls).toEqual([])
  })

  it('aborted with a fetch that ignores signals cancels the response', async () => {
    const controller = new AbortController()
    const { stream, canceled } = source('data: 1\n\n')
    let answer: ((response: Response) => void) | undefined
    const made = call([() => new Promise((resolve) => (answer = resolve))], { signal: controller.signal })
    await settled()
    controller.abort()
    await made.promise
    answer?.(response(stream))
    await settled()
    expect(canceled).toHaveBeenCalledOnce()
    expect(made.calls).toEqual(['fetch'])
  })
})

describe('page', () => {
  it('hidden while fetch is pending discards its response or error', async () => {
    const unhandled = unhandledRejections()
    const { hide, show } = page()
    let reject: ((error: Error) => void) | undefined
    const made = call([() => new Promise((_, rejected) => (reject = rejected)), one])
    await settled()
    hide()
    reject?.(new Error('aborted'))
    await settled()
    show()
    await made.promise
    expect(made.calls).toEqual(['fetch', 'fetch', 'open', '1', 'close'])
    expect(unhandled).toEqual([])
  })

  it('hidden in onmessage discards the next message of the same chunk', async () => {
    const { hide, show } = page()
    const made = call([() => openResponse('data: 1\n\ndata: 2\n\n'), one], {
      onmessage: () => {
        if (made.requests.length === 1) hide()
      },
    })
    await settled()
    expect(made.calls).toEqual(['fetch', 'open', '1'])
    show()
    await made.promise
  })

  it('hidden while onclose is pending does not cause another request, and the promise resolves', async () => {
    const { hide, show } = page()
    const made = call([one], {
      onclose: async () => {
        hide()
        await settled()
      },
    })
    await settled()
    await settled()
    expect(made.outcome).toEqual({ how: 'resolved' })
    show()
    await settled()
    expect(made.requests).toHaveLength(1)
  })

  it('hidden while onerror is pending does not cause another request, and an exception in it rejects the promise', async () => {
    const { hide, show } = page()
    const fatal = new Error('fatal')
    const made = call([down], {
      onerror: async () => {
        hide()
        await settled()
        throw fatal
      },
    })
    await settled()
    await settled()
    expect(made.outcome).toEqual({ how: 'rejected', error: fatal })
    show()
    await settled()
    expect(made.requests).toHaveLength(1)
  })

  it('hidden has no effect with openWhenHidden', async () => {
    const { hide, show, listeners } = page()
    const made = call([() => openResponse()], { openWhenHidden: true })
    await settled()
    expect(listeners.size).toBe(0)
    hide()
    show()
    await settled()
    expect(made.requests).toHaveLength(1)
    expect(made.requests[0]?.init.signal.aborted).toBe(false)
  })

  it('is not detected if the document has no events', async () => {
    vi.stubGlobal('document', {})
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    await call([one]).promise
  })
})
