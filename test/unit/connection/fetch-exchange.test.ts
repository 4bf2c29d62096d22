/** The caller's fetch: what it gets, and what it may return. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { EventSource, type FetchLike } from '../../../src/index.ts'
import { finished, lasting, NOWHERE, nextError, nextMessage, nextOpen, open, response } from '../support/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe("a caller's fetch", () => {
  it('is called without `this`, with the URL as a string and an init', async () => {
    const calls: { self: unknown; args: unknown[] }[] = []
    const fetch = function (this: unknown, ...args: unknown[]) {
      calls.push({ self: this, args })
      return Promise.resolve(lasting())
    } as FetchLike
    await nextOpen(open(`${NOWHERE}?a=b#fragment`, { fetch }))
    expect(calls).toHaveLength(1)
    expect(calls[0]?.self).toBeUndefined()
    expect(calls[0]?.args).toEqual([`${NOWHERE}?a=b`, expect.objectContaining({ method: 'GET', redirect: 'follow' })])
  })

  it('is called when the source is constructed, once', () => {
    const fetch = vi.fn<FetchLike>(() => Promise.resolve(lasting()))
    open(NOWHERE, { fetch })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('may return a Response that is not in a promise', async () => {
    const fetch = (() => lasting('data: 1\n\n')) as unknown as FetchLike
    expect((await nextMessage(open(NOWHERE, { fetch }))).data).toBe('1')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects with nothing', () => Promise.reject()],
  ])('is a network failure when it %s, after the caller has finished', async (_, fetch) => {
    let synchronous = true
    const source = open(NOWHERE, { fetch })
    const error = nextError(source).then((event) => ({ event, synchronous }))
    expect(source.readyState).toBe(EventSource.CONNECTING)
    synchronous = false
    const { event, synchronous: early } = await error
    expect(early).toBe(false)
    expect(event.error.reason).toBe('network')
    expect(event.message).toBe(`The event stream at ${NOWHERE} could not be reached`)
    expect(source.readyState).toBe(EventSource.CONNECTING)
  })

  it('is called for unfetchable schemes neither', async () => {
    const fetch = vi.fn<FetchLike>(() => Promise.resolve(lasting()))
    const source = open('mailto:a@b.test', { fetch })
    const { error } = await nextError(source)
    expect(error.reason).toBe('unsupported')
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('the signal', () => {
  it('is a new one at each attempt', async () => {
    const signals: AbortSignal[] = []
    const source = open(NOWHERE, {
      fetch: (_, { signal }) => {
        signals.push(signal)
        return Promise.resolve(finished('retry: 0\ndata: 1\n\n'))
      },
    })
    await nextMessage(source)
    await nextMessage(source)
    expect(new Set(signals).size).toBe(signals.length)
    expect(signals.length).toBeGreaterThan(1)
  })
})

describe('a fetch that ignores the signal', () => {
  it('has its body cancelled by close()', async () => {
    const cancelled = vi.fn()
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
      },
      cancel: cancelled,
    })
    const source = open(NOWHERE, { fetch: () => Promise.resolve(response(body)) })
    await nextMessage(source)
    source.close()
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('has a body that comes after close() cancelled, and fires nothing', async () => {
    const fired = vi.fn()
    let answer: ((response: Response) => void) | undefined
    const source = open(NOWHERE, {
      fetch: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    for (const type of ['open', 'message', 'error']) source.addEventListener(type, fired)
    source.close()
    await new Promise<void>((cancel) => {
      answer?.(
        response(
          new ReadableStream({
            cancel() {
              cancel()
            },
          }),
        ),
      )
    })
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(fired).not.toHaveBeenCalled()
  })
})

describe('the origin of messages', () => {
  const stream = (): ReadableStream | null => lasting('data: 1\n\n').body
  const headers = new Headers({ 'Content-Type': 'text/event-stream' })

  it.each([
    ["the request's when the Response has no URL", {}, 'http://nowhere.test'],
    ["the request's when the Response's URL is empty", { url: '' }, 'http://nowhere.test'],
    ["the request's when the Response's URL is undefined", { url: undefined }, 'http://nowhere.test'],
    ["the request's when the Response's URL is none", { url: 'http://[' }, 'http://nowhere.test'],
    ["the Response's otherwise, as after redirects", { url: 'https://else.test:444/x' }, 'https://else.test:444'],
  ])('is %s', async (_, given, origin) => {
    const source = open(NOWHERE, {
      fetch: () => Promise.resolve({ status: 200, headers, body: stream(), ...given }),
    })
    expect((await nextMessage(source)).origin).toBe(origin)
  })
})

it('a data URL has the origin "null", also where the Response has no URL', async () => {
  const source = open('data:text/event-stream,', { fetch: () => Promise.resolve(lasting('data: 1\n\n')) })
  expect((await nextMessage(source)).origin).toBe('null')
})

describe("the runtime's fetch", () => {
  it('is looked up at each attempt', async () => {
    const called: string[] = []
    vi.stubGlobal('fetch', (): Promise<Response> => {
      called.push('first')
      return Promise.resolve(finished('retry: 0\ndata: 1\n\n'))
    })
    const source = open(NOWHERE)
    await nextMessage(source)
    vi.stubGlobal('fetch', (): Promise<Response> => {
      called.push('second')
      return Promise.resolve(lasting('data: 2\n\n'))
    })
    expect((await nextMessage(source)).data).toBe('2')
    expect(called).toEqual(['first', 'second'])
  })

  it('where there is none, fails the connection and says what to do', async () => {
    vi.stubGlobal('fetch', undefined)
    const source = open(NOWHERE)
    const { error, message } = await nextError(source)
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(error.reason).toBe('unsupported')
    expect(message).toBe(
      `The event stream at ${NOWHERE} cannot be fetched: this runtime has no fetch. Pass one as the option "fetch"`,
    )
  })
})
