/** The loop: its input, how to leave it, and how it ends. */

import { describe, expect, it, vi } from 'vitest'
import { ConnectionError, type EventSourceInit, streamEvents } from '../../../src/index.ts'
import { closingResponse, openResponse, STUB_URL, response } from '../support/sources.ts'
import { all, closed, outcome, rejection, request, settled, source, unhandledRejections } from '../support/streams.ts'
import { ended, pending, refused } from '../support/watch.ts'

/** A stream that starts with two events, and the signal of its request. */
function two(options: EventSourceInit = {}) {
  const body = source('data: 1\n\ndata: 2\n\n')
  return { ...request([() => response(body.stream)], options), canceled: body.canceled, body }
}

describe('event', () => {
  it('has no ID if the ID contains a NUL', async () => {
    const { stream } = request([() => closingResponse('id: 1\n\nid: a\0b\ndata\n\n')])
    expect(await all(stream)).toStrictEqual([{ type: 'message', data: '', lastEventId: '1' }])
  })

  it('may be named error or open', async () => {
    const { stream } = request([() => closingResponse('event: error\ndata: 1\n\nevent: open\ndata: 2\n\n')])
    expect((await all(stream)).map(({ type }) => type)).toEqual(['error', 'open'])
  })
})

describe('request', () => {
  it('is the same as that of an EventSource', () => {
    const { requests } = request([pending], { lastEventId: '7', headers: { 'X-One': '1' } })
    expect(requests[0]).toMatchObject({
      method: 'GET',
      cache: 'no-store',
      credentials: 'same-origin',
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': '7', 'X-One': '1' },
    })
  })

  it('accepts a URL as a string, a URL object, and objects like an anchor or location', async () => {
    const urls: string[] = []
    const fetch = (url: string) => {
      urls.push(url)
      return Promise.resolve(closingResponse())
    }
    const location: object = { href: STUB_URL }
    for (const input of [STUB_URL, new URL(STUB_URL), location as URL]) await all(streamEvents(input, { fetch }))
    expect(urls).toEqual([STUB_URL, STUB_URL, STUB_URL])
  })

  it.each([
    ['idleTimeout', -1],
    ['reconnect', 'yes'],
    ['onComment', 1],
    ['headers', 7],
    ['fetch', {}],
  ])('throws a TypeError that names the invalid option %s', (name, value) => {
    expect(() => streamEvents(STUB_URL, { [name]: value })).toThrow(TypeError)
    expect(() => streamEvents(STUB_URL, { [name]: value })).toThrow(`"${name}"`)
  })
})

describe('loop', () => {
  it('ends even if it starts long after the stream has ended', async () => {
    const { stream } = request([() => closingResponse('data: 1\n\n')])
    await stream.response
    await settled()
    expect(await outcome(stream)).toEqual({ data: ['1'] })
  })
})

describe('loop throws a ConnectionError', () => {
  it('throws if there is no connection', async () => {
    const { stream } = request([() => Promise.reject(new Error('down'))])
    expect(await rejection(all(stream))).toMatchObject({ reason: 'network', cause: { message: 'down' } })
  })

  it('throws if a function in the options throws', async () => {
    const { stream, requests } = request([pending], {
      headers: () => {
        throw new Error('no token')
      },
    })
    expect(await rejection(all(stream))).toMatchObject({ reason: 'request', cause: { message: 'no token' } })
    expect(requests).toEqual([])
  })

  it('throws if the response does not arrive in time', async () => {
    const { stream } = request([pending], { connectTimeout: 10 })
    expect(await rejection(all(stream))).toMatchObject({ reason: 'timeout' })
  })

  it('throws if "fetch" does not return a Response', async () => {
    const { stream } = request([() => undefined as unknown as Response])
    expect(await rejection(all(stream))).toMatchObject({ reason: 'unsupported' })
  })

  it('throws after it has consumed all earlier events', async () => {
    const { stream, body } = two()
    const iterator = stream[Symbol.asyncIterator]()
    await settled()
    body.fail(new Error('reset'))
    await settled()
    expect(await iterator.next()).toMatchObject({ value: { data: '1' } })
    await settled()
    expect(await iterator.next()).toMatchObject({ value: { data: '2' } })
    await settled()
    expect(await rejection(iterator.next())).toMatchObject({ reason: 'network' })
  })
})

describe('leaving the loop closes the connection', () => {
  it('[Symbol.asyncDispose]() calls close() of the instance and is not enumerable', async () => {
    const { stream } = two()
    const close = vi.spyOn(stream, 'close')
    await stream[Symbol.asyncDispose]()
    expect(close).toHaveBeenCalledOnce()
    const descriptor = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(stream), Symbol.asyncDispose)
    expect(descriptor).toMatchObject({ enumerable: false, configurable: true, writable: true })
  })

  it('and leaves no listener on the signal', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    const { stream } = two({ signal })
    for await (const event of stream) if (event.data === '1') break
    expect(add.mock.calls.map(([, listener]) => listener)).toEqual(remove.mock.calls.map(([, listener]) => listener))
    const { stream: other } = request([ended], { signal })
    await all(other)
    expect(add.mock.calls.map(([, listener]) => listener)).toEqual(remove.mock.calls.map(([, listener]) => listener))
  })
})

describe('next()', () => {
  it('called repeatedly while events wait keeps the order', async () => {
    const { stream } = request([() => openResponse('data: 1\n\ndata: 2\n\ndata: 3\n\n')])
    await stream.response
    await settled()
    const iterator = stream[Symbol.asyncIterator]()
    const order: string[] = []
    await Promise.all(
      [1, 2, 3].map(async () => {
        order.push(((await iterator.next()).value as { data: string }).data)
      }),
    )
    expect(order).toEqual(['1', '2', '3'])
  })

  it('resolves when return() or close() is called meanwhile', async () => {
    for (const leave of ['return', 'close'] as const) {
      const { stream } = request([() => openResponse()])
      const iterator = stream[Symbol.asyncIterator]()
      const waiting = [iterator.next(), iterator.next()]
      await settled()
      if (leave === 'close') stream.close()
      else await iterator.return()
      expect(await Promise.all(waiting)).toStrictEqual([
        { done: true, value: undefined },
        { done: true, value: undefined },
      ])
    }
  })

  it("rejects with the signal's reason, but only the first of several calls", async () => {
    const controller = new AbortController()
    const { stream } = request([() => openResponse()], { signal: controller.signal })
    const iterator = stream[Symbol.asyncIterator]()
    const waiting = [rejection(iterator.next()), iterator.next()]
    await settled()
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await Promise.all(waiting)).toEqual([reason, { done: true, value: undefined }])
  })

  it('rejects when the stream fails, but only the first of several calls without an event', async () => {
    const { stream, body } = two()
    const iterator = stream[Symbol.asyncIterator]()
    const waiting = Promise.allSettled([iterator.next(), iterator.next(), iterator.next(), iterator.next()])
    await settled()
    body.fail(new Error('reset'))
    expect((await waiting).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  })

  it('resolves as done after return(), whatever happened before', async () => {
    const controller = new AbortController()
    const { stream } = two({ signal: controller.signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort(new Error('enough'))
    await iterator.return()
    expect(await iterator.next()).toStrictEqual({ done: true, value: undefined })
  })

  it('works without a reference to the stream', async () => {
    const { next } = two().stream[Symbol.asyncIterator]()
    expect(await next()).toMatchObject({ value: { data: '1' } })
  })
})

describe('iterator', () => {
  it('is iterable, so that a loop can continue from it', async () => {
    const { stream } = request([() => closingResponse('data: 1\n\ndata: 2\n\ndata: 3\n\n')])
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    expect(await outcome(iterator)).toEqual({ data: ['2', '3'] })
  })

  it('the iterator of a closed stream is done at once', async () => {
    const { stream } = request([ended])
    await all(stream)
    expect(() => stream[Symbol.asyncIterator]()).toThrow(TypeError)
    const { stream: other } = request([ended])
    other.close()
    expect(await all(other)).toEqual([])
  })
})

describe('signal', () => {
  it('aborted without a reason makes the loop throw an AbortError, like fetch', async () => {
    const { stream } = request([ended], { signal: AbortSignal.abort() })
    expect(await rejection(all(stream))).toMatchObject({ name: 'AbortError' })
  })

  it('aborted before the loop starts makes it throw the reason even if events are waiting', async () => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const { stream } = two({ signal: controller.signal })
    expect(await stream.response).toBeInstanceOf(Response)
    await settled()
    controller.abort(reason)
    expect(await outcome(stream)).toEqual({ data: [], error: reason })
  })

  it('aborted after the end has no effect', async () => {
    const controller = new AbortController()
    const { stream } = request([ended], { signal: controller.signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.next()
    controller.abort(new Error('late'))
    expect(await iterator.next()).toStrictEqual({ done: true, value: undefined })
  })

  it('aborted after close() has no effect', async () => {
    const controller = new AbortController()
    const { stream } = two({ signal: controller.signal })
    stream.close()
    controller.abort(new Error('late'))
    expect(await all(stream)).toEqual([])
  })

  it('a signal from AbortSignal.timeout() makes the loop throw its TimeoutError', async () => {
    const { stream } = request([() => openResponse()], { signal: AbortSignal.timeout(10) })
    expect(await outcome(stream)).toMatchObject({ data: [], error: { name: 'TimeoutError' } })
  })
})

describe('close()', () => {
  it('may be called twice', async () => {
    const { stream, canceled } = two()
    await stream.response
    stream.close()
    stream.close()
    await settled()
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('close() in a function in the options prevents the request', async () => {
    const { stream, requests } = request([ended], {
      headers: async () => {
        await settled()
        stream.close()
        return {}
      },
    })
    expect(await outcome(stream)).toEqual({ data: [] })
    await settled()
    expect(requests).toEqual([])
  })

  it('close() in fetch cancels the response', async () => {
    const { stream: body, canceled } = source('data: 1\n\n')
    const { stream } = request([
      async () => {
        await settled()
        stream.close()
        return response(body)
      },
    ])
    expect(await outcome(stream)).toEqual({ data: [] })
    await settled()
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('close() in onComment discards later events', async () => {
    const { stream, requests } = request([() => openResponse('data: 1\n\n:now\ndata: 2\n\n:then\ndata: 3\n\n')], {
      onComment: (comment) => {
        if (comment === 'now') stream.close()
      },
    })
    expect(await outcome(stream)).toEqual({ data: ['1'] })
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('close() in onComment before the loop starts ends the loop', async () => {
    const comments: string[] = []
    const { stream } = request([() => openResponse(':one\n:two\ndata: 1\n\n')], {
      onComment: (comment) => {
        comments.push(comment)
        stream.close()
      },
    })
    await settled()
    expect(await outcome(stream)).toEqual({ data: [] })
    expect(comments).toEqual(['one'])
  })

  it('aborting the signal works in onComment and in headers', async () => {
    const controller = new AbortController()
    const reason = new Error('no')
    const { stream } = request([() => openResponse('data: 1\n\n:now\ndata: 2\n\n')], {
      signal: controller.signal,
      onComment: () => {
        controller.abort(reason)
      },
    })
    expect(await outcome(stream)).toEqual({ data: ['1'], error: reason })

    const other = new AbortController()
    const { stream: unborn, requests } = request([ended], {
      signal: other.signal,
      headers: () => {
        other.abort(reason)
        return {}
      },
    })
    expect(await outcome(unborn)).toEqual({ data: [], error: reason })
    expect(await rejection(unborn.response)).toBe(reason)
    expect(requests).toEqual([])
  })
})

describe('onComment', () => {
  it('is called in order between the events', async () => {
    const order: string[] = []
    const { stream } = request([() => closingResponse(':0\ndata: 1\n\n:1\n:2\ndata: 2\n\n:3\n')], {
      onComment: (comment) => order.push(`:${comment}`),
    })
    for await (const event of stream) {
      order.push(event.data)
      await settled()
      order.push(`${event.data} done`)
    }
    expect(order).toEqual([':0', '1', '1 done', ':1', ':2', '2', '2 done', ':3'])
  })

  it('an onComment that throws makes the loop throw its error, and closes the connection', async () => {
    const thrown = new Error('mine')
    const { stream, requests } = request([() => openResponse('data: 1\n\n:now\ndata: 2\n\n')], {
      onComment: () => {
        throw thrown
      },
    })
    expect(await outcome(stream)).toEqual({ data: ['1'], error: thrown })
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('an onComment that throws before the loop starts makes it throw its error', async () => {
    const unhandled = unhandledRejections()
    const thrown = new Error('mine')
    const { stream } = request([() => openResponse(':now\ndata: 2\n\n')], {
      onComment: () => {
        throw thrown
      },
    })
    await stream.response
    await settled()
    expect(await outcome(stream)).toEqual({ data: [], error: thrown })
    expect(unhandled).toEqual([])
  })

  it('may request the next event', async () => {
    const fromComment: Promise<unknown>[] = []
    const { stream } = request([() => closingResponse('data: 1\n\n:now\ndata: 2\n\ndata: 3\n\n')], {
      onComment: () => {
        fromComment.push(iterator.next())
      },
    })
    const iterator = stream[Symbol.asyncIterator]()
    const taken = [
      await iterator.next(),
      await iterator.next(),
      ...(await Promise.all(fromComment)),
      await iterator.next(),
    ]
    expect(taken.map((result) => (result as { value?: { data: string } }).value?.data)).toEqual([
      '1',
      '2',
      '3',
      undefined,
    ])
  })
})

describe('lastEventId', () => {
  it('is that of the last consumed event rather than of waiting ones', async () => {
    const { stream } = request([() => openResponse('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\n\n')])
    await stream.response
    await settled()
    expect(stream.lastEventId).toBe('')
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await settled()
    expect(stream.lastEventId).toBe('1')
    await iterator.next()
    await settled()
    expect(stream.lastEventId).toBe('2')
    void iterator.next()
    await settled()
    expect(stream.lastEventId).toBe('3')
  })

  it("starts with the option's value and keeps its value after the loop is left", async () => {
    const { stream } = request([() => openResponse('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')], { lastEventId: '0' })
    expect(stream.lastEventId).toBe('0')
    for await (const event of stream) if (event.id === '1') break
    await settled()
    expect(stream.lastEventId).toBe('1')
  })
})

describe('response', () => {
  it('keeps its value after the stream fails or is closed', async () => {
    const { stream, body } = two()
    body.fail(new Error('reset'))
    const good = await stream.response
    await outcome(stream)
    stream.close()
    expect(await stream.response).toBe(good)
  })

  it.each([
    ['the response is refused', refused(500)],
    ['the status is 204', () => new Response(null, { status: 204 })],
    ['there is no response', () => Promise.reject(new Error('down'))],
  ])('rejects with the ConnectionError if %s, even without a loop', async (_, answer) => {
    const { stream } = request([answer])
    expect(await rejection(stream.response)).toBeInstanceOf(ConnectionError)
  })

  it('rejects with an AbortError after break', async () => {
    const { stream } = request([pending])
    await stream[Symbol.asyncIterator]().return()
    expect(await rejection(stream.response)).toMatchObject({ name: 'AbortError' })
  })

  it.each([null, 0, '', false, 'text'])("rejects with the signal's reason even if it is %j", async (reason) => {
    const controller = new AbortController()
    const { stream } = request([pending], { signal: controller.signal })
    controller.abort(reason)
    expect(await rejection(stream.response)).toBe(reason)
    expect(await rejection(all(stream))).toBe(reason)
  })

  it.each([
    ['refused', () => request([refused(500)])],
    ['down', () => request([() => Promise.reject(new Error('down'))])],
    ['204', () => request([() => new Response(null, { status: 204 })])],
    ['aborted', () => request([ended], { signal: AbortSignal.abort() })],
    [
      'closed',
      () => {
        const requested = request([pending])
        requested.stream.close()
        return requested
      },
    ],
    ['a stream', () => ({ stream: closed(streamEvents(source().stream)) })],
    [
      'a failing onComment',
      () =>
        request([() => openResponse(':x\n')], {
          onComment: () => {
            throw new Error('mine')
          },
        }),
    ],
    ['a failing headers function', () => request([ended], { headers: () => Promise.reject(new Error('no token')) })],
    [
      'a failing shouldReconnect',
      () => request([refused(500)], { reconnect: { shouldReconnect: () => Promise.reject(new Error('mine')) } }),
    ],
  ])('causes no unhandled rejection: %s', async (_, make) => {
    const unhandled = unhandledRejections()
    const { stream } = make()
    await settled()
    // A later loop causes none either.
    await Promise.race([outcome(stream), settled()])
    await settled()
    expect(unhandled).toEqual([])
  })
})
