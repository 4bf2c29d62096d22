/** `fetchEventSource` with a stub fetch, a stub document and fake timers. */

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { EventStreamContentType, fetchEventSource, type FetchEventSourceInit } from '../../../src/fetch-event-source.ts'
import { finished, lasting, NOWHERE, response } from '../support/sources.ts'
import { rejection, rest, source, unhandledRejections } from '../support/streams.ts'
import { type Answer, pending } from '../support/watch.ts'

beforeEach(() => {
  // Not setImmediate and microtasks: streams need them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A request as the fake fetch got it. */
interface Asked {
  input: unknown
  init: RequestInit & { headers: Record<string, string>; signal: AbortSignal }
}

/** What a call of `fetchEventSource` does, in the order it does it. */
interface Call {
  promise: Promise<void>
  /** `resolved`, or `rejected` with what; undefined until then. */
  readonly outcome: { how: 'resolved' | 'rejected'; error?: unknown } | undefined
  requests: Asked[]
  calls: string[]
}

/** Calls with answers from a list, the last again and again. What it is told is noted, and then handed to the options given. */
function call(answers: Answer[], options: FetchEventSourceInit = {}): Call {
  const requests: Asked[] = []
  const calls: string[] = []
  const controller = new AbortController()
  onTestFinished(() => {
    controller.abort()
  })
  const { onopen, onmessage, onclose, onerror, ...rest } = options
  const promise = fetchEventSource(NOWHERE, {
    signal: controller.signal,
    fetch: async (input, init) => {
      requests.push({ input, init: init as Asked['init'] })
      calls.push('fetch')
      // As with any fetch, the answer comes when the caller has what he asked for.
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
    ...rest,
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

/** Answers. */
const one: Answer = () => finished('data: 1\n\n')
const down: Answer = () => Promise.reject(new Error('down'))

/** A document whose visibility a test decides, in the place of the runtime's. */
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

describe('a call', () => {
  it('hands the input on as it is, and the members that are fetch’s', async () => {
    const seen: { input: unknown; init: RequestInit | undefined }[] = []
    const fetch = (input: unknown, init?: RequestInit) => {
      seen.push({ input, init })
      return Promise.resolve(finished())
    }
    const input = new Request(NOWHERE)
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

  it('needs no options, and takes the runtime’s fetch', async () => {
    const fetch = vi.fn(() => Promise.resolve(finished()))
    vi.stubGlobal('fetch', fetch)
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    await fetchEventSource(NOWHERE)
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('awaits what is async, one after the other', async () => {
    const made = call([one], {
      onopen: async () => {
        await rest()
        made.calls.push('opened')
      },
      onclose: async () => {
        await rest()
        made.calls.push('closed')
      },
    })
    await made.promise
    expect(made.calls).toEqual(['fetch', 'open', 'opened', '1', 'close', 'closed'])
  })
})

describe('the request’s headers', () => {
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

  it.each(['accept', 'Accept', 'ACCEPT'])('%s of the caller’s wins', async (name) => {
    const { promise, requests } = call([one], { headers: { [name]: 'text/x' } })
    await promise
    expect(new Headers(requests[0]?.init.headers).get('accept')).toBe('text/x')
  })

  it('a function is called for each attempt', async () => {
    let token = 0
    const made = call([down, one], { headers: () => ({ Authorization: String(++token) }) })
    await vi.runAllTimersAsync()
    await made.promise
    expect(made.requests.map(({ init }) => init.headers.Authorization)).toEqual(['1', '2'])
  })

  it('a function that fails goes to onerror, and no request is made', async () => {
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

  it('the caller’s object is not changed', async () => {
    const headers = { 'X-One': '1' }
    const made = call([() => finishedBadly('id: 1\ndata: 1\n\n'), one], { headers })
    await rest()
    await vi.runAllTimersAsync()
    await made.promise
    expect(headers).toEqual({ 'X-One': '1' })
  })
})

/** A good response that breaks off after this. */
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

describe('last-event-id', () => {
  it.each([
    ['of a message', 'id: 1\ndata: 1\n\n', '1'],
    ['of the last message that had one', 'id: 1\ndata: 1\n\ndata: 2\n\n', '1'],
    ['of a block without data', 'id: 1\n\n', '1'],
    ['of a block without data that a message without one follows', 'id: 1\n\ndata: 2\n\n', '1'],
    ['not of an event that did not end', 'id: 1\ndata: 1\n\nid: 2\ndata: 2\n', '1'],
    ['none after a reset', 'id: 1\ndata: 1\n\nid\ndata: 2\n\n', null],
    ['none after a reset without data', 'id: 1\ndata: 1\n\nid\n\n', null],
    ['in UTF-8', 'id: ü\ndata: 1\n\n', '\u00c3\u00bc'],
  ])('is sent on retries: %s', async (_, text, id) => {
    const made = call([() => finishedBadly(text), one])
    await rest()
    await vi.runAllTimersAsync()
    await made.promise
    expect(idsOf(made)).toEqual([null, id])
  })

  it.each(['last-event-id', 'Last-Event-ID'])(
    'that the caller set as %s is gone when the stream resets it',
    async (name) => {
      for (const text of ['id\ndata: 1\n\n', 'id\n\n']) {
        const made = call([() => finishedBadly(text), one], { headers: { [name]: '7' } })
        await rest()
        await vi.runAllTimersAsync()
        await made.promise
        expect(idsOf(made), text).toEqual(['7', null])
      }
    },
  )
})

describe('the default onopen', () => {
  async function opened(given: Response): Promise<unknown> {
    try {
      await fetchEventSource(NOWHERE, {
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
    'takes %s',
    async (type) => {
      expect(await opened(response('', { headers: { 'Content-Type': type } }))).toBeUndefined()
    },
  )

  it.each(['text/html', 'application/json', 'text/event-streams'])('throws for %s, and names both', async (type) => {
    const error = await opened(response('', { headers: { 'Content-Type': type } }))
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toContain(type)
    expect((error as Error).message).toContain(EventStreamContentType)
  })
})

describe('what goes to onerror', () => {
  const thrown = { not: 'even an error' }
  const fail = (): never => {
    throw thrown
  }

  it.each([
    ['what fetch rejects with', [() => Promise.reject(thrown as unknown as Error)], {}],
    ['what onopen throws', [one], { onopen: fail }],
    ['what onopen rejects with', [one], { onopen: () => Promise.reject(thrown as unknown as Error) }],
    ['what onmessage throws', [one], { onmessage: fail }],
    ['what onclose throws', [one], { onclose: fail }],
    ['what onclose rejects with', [one], { onclose: () => Promise.reject(thrown as unknown as Error) }],
  ] as [string, Answer[], FetchEventSourceInit][])('%s, as it is', async (_, answers, options) => {
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

  it('a response without a body', async () => {
    const made = call([() => response(null), one])
    await rest()
    await vi.runAllTimersAsync()
    await made.promise
    expect(made.calls).toEqual(['fetch', 'open', 'error', 'fetch', 'open', '1', 'close'])
  })

  it('a refused response is read to its end by whoever has begun to, while the next attempt waits', async () => {
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
    await rest()
    push('"quota"}')
    end()
    expect(await text).toBe('{"error":"quota"}')
    await vi.runAllTimersAsync()
    await made.promise
  })

  it('one that rejects rejects the promise', async () => {
    const unhandled = unhandledRejections()
    const made = call([down], { onerror: () => Promise.reject(new Error('enough')) })
    expect(await rejection(made.promise)).toEqual(new Error('enough'))
    await rest()
    expect(unhandled).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the wait before a retry', () => {
  /** When the second request goes out, in ms after the first has failed. */
  async function waited(first: Answer, answer: unknown): Promise<number> {
    const made = call([first, one], { onerror: () => answer as number })
    await rest()
    for (let ms = 0; ms <= 10_000; ms += 50) {
      if (made.requests.length === 2) return ms
      await vi.advanceTimersByTimeAsync(50)
    }
    return Infinity
  }

  it.each([
    ['1,000 ms where nobody says otherwise', down, undefined, 1_000],
    ['as long where onerror returns null', down, null, 1_000],
    ['what onerror returns', down, 250, 250],
    ['what an async onerror returns', down, Promise.resolve(250), 250],
    ['what the stream says', () => finishedBadly('retry: 300\n\n'), undefined, 300],
    ['what onerror returns rather than what the stream says', () => finishedBadly('retry: 300\n\n'), 400, 400],
    ['at least 100 ms: of onerror', down, 0, 100],
    ['at least 100 ms: of onerror, negative', down, -5, 100],
    ['at least 100 ms: of the stream', () => finishedBadly('retry: 0\n\n'), undefined, 100],
    ['1,000 ms where onerror returns NaN', down, NaN, 1_000],
    ['1,000 ms where onerror returns a text that is no number', down, 'soon', 1_000],
    ['that many ms where onerror returns a text that is one', down, '400', 400],
    [
      '1,000 ms where the stream’s retry is none',
      () => finishedBadly('retry: 5x\nretry: -1\nretry\n\n'),
      undefined,
      1_000,
    ],
    ['more than a timer holds is no hurry: of onerror', down, 2 ** 40, Infinity],
    [
      'more than a timer holds is no hurry: of the stream',
      () => finishedBadly('retry: 99999999999999\n\n'),
      undefined,
      Infinity,
    ],
    ['for ever, nearly', down, Infinity, Infinity],
  ])('%s', async (_, first, answer, ms) => {
    expect(await waited(first, answer)).toBe(ms)
  })
})

describe('what the original takes', () => {
  it.each(['onopen', 'onmessage', 'onclose', 'onerror', 'fetch', 'headers', 'signal'])(
    '%s may be null',
    async (name) => {
      const said: unknown[] = []
      vi.stubGlobal('fetch', async () => Promise.resolve(finished('data: x\n\n')))
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
        return Promise.resolve(sent.length === 1 ? new Response(null, { status: 503 }) : finished())
      },
      onerror: () => 100,
    }
    const running = fetchEventSource(NOWHERE, init)
    init.body = 'the second question'
    init.headers['X-Question'] = '2'
    await vi.runAllTimersAsync()
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
        return Promise.resolve(finished())
      },
    })
    expect(sent).toEqual([{ accept: 'text/event-stream' }])
  })

  it.each([undefined, null, 0])('an onmessage that throws %j', async (thrown) => {
    const onerror = vi.fn((error: unknown) => {
      throw error
    })
    const running = fetchEventSource(NOWHERE, {
      fetch: async () => Promise.resolve(finished('data: x\n\n')),
      onmessage: () => {
        throw thrown
      },
      onerror,
    })
    await expect(running).rejects.toBe(thrown)
    expect(onerror).toHaveBeenCalledExactlyOnceWith(thrown)
  })
})

describe('the signal', () => {
  it('aborted already: resolves, no request', async () => {
    const made = call([one], { signal: AbortSignal.abort() })
    await made.promise
    expect(made.calls).toEqual([])
  })

  it('aborted in onmessage: not even the next message of the same chunk', async () => {
    const controller = new AbortController()
    const made = call([() => lasting('data: 1\n\ndata: 2\n\n')], {
      signal: controller.signal,
      onmessage: () => {
        controller.abort()
      },
    })
    await made.promise
    await rest()
    expect(made.calls).toEqual(['fetch', 'open', '1'])
  })

  it.each(['onopen', 'onclose', 'onerror'] as const)('aborted in %s: resolves, nothing more', async (name) => {
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
  })

  it.each(['onopen', 'onclose', 'onerror'] as const)(
    'aborted while %s is pending, whatever becomes of that',
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
      await rest()
      controller.abort()
      await made.promise
      reject?.(new Error('late'))
      await vi.advanceTimersByTimeAsync(60_000)
      expect(made.calls.at(-1)).toBe(name.slice(2))
      expect(unhandled).toEqual([])
    },
  )

  it('aborted while the headers are made: no request', async () => {
    const controller = new AbortController()
    const made = call([one], {
      signal: controller.signal,
      headers: async () => {
        await rest()
        controller.abort()
        return {}
      },
    })
    await made.promise
    await rest()
    expect(made.calls).toEqual([])
  })

  it('aborted, with a fetch that knows nothing of signals: its response is thrown away', async () => {
    const controller = new AbortController()
    const { stream, cancelled } = source('data: 1\n\n')
    let answer: ((response: Response) => void) | undefined
    const made = call([() => new Promise((resolve) => (answer = resolve))], { signal: controller.signal })
    await rest()
    controller.abort()
    await made.promise
    answer?.(response(stream))
    await rest()
    expect(cancelled).toHaveBeenCalledOnce()
    expect(made.calls).toEqual(['fetch'])
  })
})

describe('a page', () => {
  it('that is hidden while fetch is pending: what comes of it is dropped, errors too', async () => {
    const unhandled = unhandledRejections()
    const { hide, show } = page()
    let reject: ((error: Error) => void) | undefined
    const made = call([() => new Promise((_, rejected) => (reject = rejected)), one])
    await rest()
    hide()
    reject?.(new Error('aborted'))
    await rest()
    show()
    await made.promise
    expect(made.calls).toEqual(['fetch', 'fetch', 'open', '1', 'close'])
    expect(unhandled).toEqual([])
  })

  it('that is hidden in onmessage hears no other message of that chunk', async () => {
    const { hide, show } = page()
    const made = call([() => lasting('data: 1\n\ndata: 2\n\n'), one], {
      onmessage: () => {
        if (made.requests.length === 1) hide()
      },
    })
    await rest()
    expect(made.calls).toEqual(['fetch', 'open', '1'])
    show()
    await made.promise
  })

  it('that is hidden while onclose is pending: the stream has ended, so the promise resolves, and there is no other request', async () => {
    const { hide, show } = page()
    const made = call([one], {
      onclose: async () => {
        hide()
        await rest()
      },
    })
    await rest()
    await rest()
    expect(made.outcome).toEqual({ how: 'resolved' })
    show()
    await rest()
    expect(made.requests).toHaveLength(1)
  })

  it('that is hidden while onerror is pending: what it throws rejects the promise, and there is no other request', async () => {
    const { hide, show } = page()
    const fatal = new Error('fatal')
    const made = call([down], {
      onerror: async () => {
        hide()
        await rest()
        throw fatal
      },
    })
    await rest()
    await rest()
    expect(made.outcome).toEqual({ how: 'rejected', error: fatal })
    show()
    await rest()
    expect(made.requests).toHaveLength(1)
  })

  it('that is hidden changes nothing with openWhenHidden', async () => {
    const { hide, show, listeners } = page()
    const made = call([() => lasting()], { openWhenHidden: true })
    await rest()
    expect(listeners.size).toBe(0)
    hide()
    show()
    await rest()
    expect(made.requests).toHaveLength(1)
    expect(made.requests[0]?.init.signal.aborted).toBe(false)
  })

  it('is a page only where there are events: a document without them is none', async () => {
    vi.stubGlobal('document', {})
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    await call([one]).promise
  })
})
