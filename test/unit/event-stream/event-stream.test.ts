/** The loop: what it takes, how it is left, how it ends. */

import { describe, expect, it, vi } from 'vitest'
import { ConnectionError, type EventSourceInit, streamEvents } from '../../../src/index.ts'
import { finished, lasting, NOWHERE, response } from '../support/sources.ts'
import { all, closed, outcome, rejection, request, rest, source, unhandledRejections } from '../support/streams.ts'
import { ended, pending, refused } from '../support/watch.ts'

/** Two events at once, and what the request learns of its end. */
function two(options: EventSourceInit = {}) {
  const body = source('data: 1\n\ndata: 2\n\n')
  return { ...request([() => response(body.stream)], options), cancelled: body.cancelled, body }
}

describe('an event', () => {
  it('with an id that holds a NUL has none', async () => {
    const { stream } = request([() => finished('id: 1\n\nid: a\0b\ndata\n\n')])
    expect(await all(stream)).toStrictEqual([{ type: 'message', data: '', lastEventId: '1' }])
  })

  it('named error or open is one like any other', async () => {
    const { stream } = request([() => finished('event: error\ndata: 1\n\nevent: open\ndata: 2\n\n')])
    expect((await all(stream)).map(({ type }) => type)).toEqual(['error', 'open'])
  })
})

describe('the request', () => {
  it('is that of an EventSource', () => {
    const { requests } = request([pending], { lastEventId: '7', headers: { 'X-One': '1' } })
    expect(requests[0]).toMatchObject({
      method: 'GET',
      cache: 'no-store',
      credentials: 'same-origin',
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': '7', 'X-One': '1' },
    })
  })

  it('takes a URL as text, as an object, and as an anchor or a location have it', async () => {
    const urls: string[] = []
    const fetch = (url: string) => {
      urls.push(url)
      return Promise.resolve(finished())
    }
    const location: object = { href: NOWHERE }
    for (const input of [NOWHERE, new URL(NOWHERE), location as URL]) await all(streamEvents(input, { fetch }))
    expect(urls).toEqual([NOWHERE, NOWHERE, NOWHERE])
  })

  it.each([
    ['idleTimeout', -1],
    ['reconnect', 'yes'],
    ['onComment', 1],
    ['headers', 7],
    ['fetch', {}],
  ])('needs options that are right: a wrong %s is a TypeError at the call that names it', (name, value) => {
    expect(() => streamEvents(NOWHERE, { [name]: value })).toThrow(TypeError)
    expect(() => streamEvents(NOWHERE, { [name]: value })).toThrow(`"${name}"`)
  })
})

describe('the loop ends', () => {
  it('though the stream is taken long after it has ended', async () => {
    const { stream } = request([() => finished('data: 1\n\n')])
    await stream.response
    await rest()
    expect(await outcome(stream)).toEqual({ data: ['1'] })
  })
})

describe('the loop throws a ConnectionError', () => {
  it('when there is none', async () => {
    const { stream } = request([() => Promise.reject(new Error('down'))])
    expect(await rejection(all(stream))).toMatchObject({ reason: 'network', cause: { message: 'down' } })
  })

  it('when a function of the caller’s throws', async () => {
    const { stream, requests } = request([pending], {
      headers: () => {
        throw new Error('no token')
      },
    })
    expect(await rejection(all(stream))).toMatchObject({ reason: 'request', cause: { message: 'no token' } })
    expect(requests).toEqual([])
  })

  it('when the response does not come in time', async () => {
    const { stream } = request([pending], { connectTimeout: 10 })
    expect(await rejection(all(stream))).toMatchObject({ reason: 'timeout' })
  })

  it('when "fetch" returns no Response', async () => {
    const { stream } = request([() => undefined as unknown as Response])
    expect(await rejection(all(stream))).toMatchObject({ reason: 'unsupported' })
  })

  it('only when the loop has taken all that came before', async () => {
    const { stream, body } = two()
    const iterator = stream[Symbol.asyncIterator]()
    await rest()
    body.fail(new Error('reset'))
    await rest()
    expect(await iterator.next()).toMatchObject({ value: { data: '1' } })
    await rest()
    expect(await iterator.next()).toMatchObject({ value: { data: '2' } })
    await rest()
    expect(await rejection(iterator.next())).toMatchObject({ reason: 'network' })
  })
})

describe('leaving the loop closes the connection', () => {
  it('[Symbol.asyncDispose]() calls the close() of the instance, and is no enumerable member', async () => {
    const { stream } = two()
    const close = vi.spyOn(stream, 'close')
    await stream[Symbol.asyncDispose]()
    expect(close).toHaveBeenCalledOnce()
    const descriptor = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(stream), Symbol.asyncDispose)
    expect(descriptor).toMatchObject({ enumerable: false, configurable: true, writable: true })
  })

  it('leaves no listener at the signal', async () => {
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
  it('called again while events wait keeps the order', async () => {
    const { stream } = request([() => lasting('data: 1\n\ndata: 2\n\ndata: 3\n\n')])
    await stream.response
    await rest()
    const iterator = stream[Symbol.asyncIterator]()
    const order: string[] = []
    await Promise.all(
      [1, 2, 3].map(async () => {
        order.push(((await iterator.next()).value as { data: string }).data)
      }),
    )
    expect(order).toEqual(['1', '2', '3'])
  })

  it('that waits ends quietly with return() and with close()', async () => {
    for (const leave of ['return', 'close'] as const) {
      const { stream } = request([() => lasting()])
      const iterator = stream[Symbol.asyncIterator]()
      const waiting = [iterator.next(), iterator.next()]
      await rest()
      if (leave === 'close') stream.close()
      else await iterator.return()
      expect(await Promise.all(waiting)).toStrictEqual([
        { done: true, value: undefined },
        { done: true, value: undefined },
      ])
    }
  })

  it('that waits rejects with the signal’s reason; of several, the first', async () => {
    const controller = new AbortController()
    const { stream } = request([() => lasting()], { signal: controller.signal })
    const iterator = stream[Symbol.asyncIterator]()
    const waiting = [rejection(iterator.next()), iterator.next()]
    await rest()
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await Promise.all(waiting)).toEqual([reason, { done: true, value: undefined }])
  })

  it('of several that wait when the stream fails, the first that gets no event rejects', async () => {
    const { stream, body } = two()
    const iterator = stream[Symbol.asyncIterator]()
    const waiting = Promise.allSettled([iterator.next(), iterator.next(), iterator.next(), iterator.next()])
    await rest()
    body.fail(new Error('reset'))
    expect((await waiting).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  })

  it('after return() says that it is over, whatever has happened before that', async () => {
    const controller = new AbortController()
    const { stream } = two({ signal: controller.signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort(new Error('enough'))
    await iterator.return()
    expect(await iterator.next()).toStrictEqual({ done: true, value: undefined })
  })

  it('does not need the stream to be held', async () => {
    const { next } = two().stream[Symbol.asyncIterator]()
    expect(await next()).toMatchObject({ value: { data: '1' } })
  })
})

describe('the iterator', () => {
  it('can be iterated itself, so that a loop may begin in the middle', async () => {
    const { stream } = request([() => finished('data: 1\n\ndata: 2\n\ndata: 3\n\n')])
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    expect(await outcome(iterator)).toEqual({ data: ['2', '3'] })
  })

  it('of a stream that is over says so at once', async () => {
    const { stream } = request([ended])
    await all(stream)
    expect(() => stream[Symbol.asyncIterator]()).toThrow(TypeError)
    const { stream: other } = request([ended])
    other.close()
    expect(await all(other)).toEqual([])
  })
})

describe('the signal', () => {
  it('aborted without a reason: an AbortError, as fetch has it', async () => {
    const { stream } = request([ended], { signal: AbortSignal.abort() })
    expect(await rejection(all(stream))).toMatchObject({ name: 'AbortError' })
  })

  it('aborted before the loop begins: the loop throws the reason, though events were there', async () => {
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    const { stream } = two({ signal: controller.signal })
    expect(await stream.response).toBeInstanceOf(Response)
    await rest()
    controller.abort(reason)
    expect(await outcome(stream)).toEqual({ data: [], error: reason })
  })

  it('aborted after the end: nothing', async () => {
    const controller = new AbortController()
    const { stream } = request([ended], { signal: controller.signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.next()
    controller.abort(new Error('late'))
    expect(await iterator.next()).toStrictEqual({ done: true, value: undefined })
  })

  it('aborted after close(): nothing', async () => {
    const controller = new AbortController()
    const { stream } = two({ signal: controller.signal })
    stream.close()
    controller.abort(new Error('late'))
    expect(await all(stream)).toEqual([])
  })

  it('AbortSignal.timeout(): the loop throws its TimeoutError', async () => {
    const { stream } = request([() => lasting()], { signal: AbortSignal.timeout(10) })
    expect(await outcome(stream)).toMatchObject({ data: [], error: { name: 'TimeoutError' } })
  })
})

describe('close()', () => {
  it('may be called again, and does nothing then', async () => {
    const { stream, cancelled } = two()
    await stream.response
    stream.close()
    stream.close()
    await rest()
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('from within a function of the options: no request is made', async () => {
    const { stream, requests } = request([ended], {
      headers: async () => {
        await rest()
        stream.close()
        return {}
      },
    })
    expect(await outcome(stream)).toEqual({ data: [] })
    await rest()
    expect(requests).toEqual([])
  })

  it('from within fetch: the response is thrown away', async () => {
    const { stream: body, cancelled } = source('data: 1\n\n')
    const { stream } = request([
      async () => {
        await rest()
        stream.close()
        return response(body)
      },
    ])
    expect(await outcome(stream)).toEqual({ data: [] })
    await rest()
    expect(cancelled).toHaveBeenCalledOnce()
  })

  it('from within onComment: no event after it', async () => {
    const { stream, requests } = request([() => lasting('data: 1\n\n:now\ndata: 2\n\n:then\ndata: 3\n\n')], {
      onComment: (comment) => {
        if (comment === 'now') stream.close()
      },
    })
    expect(await outcome(stream)).toEqual({ data: ['1'] })
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('from within onComment while nobody waits: the loop that begins then ends', async () => {
    const comments: string[] = []
    const { stream } = request([() => lasting(':one\n:two\ndata: 1\n\n')], {
      onComment: (comment) => {
        comments.push(comment)
        stream.close()
      },
    })
    await rest()
    expect(await outcome(stream)).toEqual({ data: [] })
    expect(comments).toEqual(['one'])
  })

  it('by the signal, from within onComment and from within headers', async () => {
    const controller = new AbortController()
    const reason = new Error('no')
    const { stream } = request([() => lasting('data: 1\n\n:now\ndata: 2\n\n')], {
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
  it('comes in its turn: after the event before it was taken, before the one after it', async () => {
    const order: string[] = []
    const { stream } = request([() => finished(':0\ndata: 1\n\n:1\n:2\ndata: 2\n\n:3\n')], {
      onComment: (comment) => order.push(`:${comment}`),
    })
    for await (const event of stream) {
      order.push(event.data)
      await rest()
      order.push(`${event.data} done`)
    }
    expect(order).toEqual([':0', '1', '1 done', ':1', ':2', '2', '2 done', ':3'])
  })

  it('that throws ends the loop with that error, and the connection', async () => {
    const thrown = new Error('mine')
    const { stream, requests } = request([() => lasting('data: 1\n\n:now\ndata: 2\n\n')], {
      onComment: () => {
        throw thrown
      },
    })
    expect(await outcome(stream)).toEqual({ data: ['1'], error: thrown })
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('that throws before the loop begins: the loop throws it', async () => {
    const unhandled = unhandledRejections()
    const thrown = new Error('mine')
    const { stream } = request([() => lasting(':now\ndata: 2\n\n')], {
      onComment: () => {
        throw thrown
      },
    })
    await stream.response
    await rest()
    expect(await outcome(stream)).toEqual({ data: [], error: thrown })
    expect(unhandled).toEqual([])
  })

  it('may ask for the next event itself', async () => {
    const fromComment: Promise<unknown>[] = []
    const { stream } = request([() => finished('data: 1\n\n:now\ndata: 2\n\ndata: 3\n\n')], {
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
  it('is that of the last event that was taken, not of those that wait', async () => {
    const { stream } = request([() => lasting('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\n\n')])
    await stream.response
    await rest()
    expect(stream.lastEventId).toBe('')
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await rest()
    expect(stream.lastEventId).toBe('1')
    await iterator.next()
    await rest()
    expect(stream.lastEventId).toBe('2')
    void iterator.next()
    await rest()
    expect(stream.lastEventId).toBe('3')
  })

  it('is the option’s at first, and what it was when the loop was left', async () => {
    const { stream } = request([() => lasting('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')], { lastEventId: '0' })
    expect(stream.lastEventId).toBe('0')
    for await (const event of stream) if (event.id === '1') break
    await rest()
    expect(stream.lastEventId).toBe('1')
  })
})

describe('response', () => {
  it('stays though the stream fails afterwards, or is closed', async () => {
    const { stream, body } = two()
    body.fail(new Error('reset'))
    const good = await stream.response
    await outcome(stream)
    stream.close()
    expect(await stream.response).toBe(good)
  })

  it.each([
    ['the response is refused', refused(500)],
    ['it is 204', () => new Response(null, { status: 204 })],
    ['there is none', () => Promise.reject(new Error('down'))],
  ])('rejects with the ConnectionError when %s, also where nobody iterates', async (_, answer) => {
    const { stream } = request([answer])
    expect(await rejection(stream.response)).toBeInstanceOf(ConnectionError)
  })

  it('rejects with an AbortError after break', async () => {
    const { stream } = request([pending])
    await stream[Symbol.asyncIterator]().return()
    expect(await rejection(stream.response)).toMatchObject({ name: 'AbortError' })
  })

  it.each([null, 0, '', false, 'text'])('rejects with the signal’s reason, though that is %j', async (reason) => {
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
        request([() => lasting(':x\n')], {
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
  ])('never rejects unobserved: %s', async (_, make) => {
    const unhandled = unhandledRejections()
    const { stream } = make()
    await rest()
    // Nor does the loop, when somebody looks at it later.
    await Promise.race([outcome(stream), rest()])
    await rest()
    expect(unhandled).toEqual([])
  })
})
