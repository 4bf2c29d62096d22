/** `streamEvents` with a Response or a stream from the caller. */

import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { ConnectionError, type GivenStreamInit, streamEvents } from '../../../src/index.ts'
import { response } from '../support/sources.ts'
import {
  all,
  bytes,
  closed,
  outcome,
  rejection,
  settled,
  source,
  streamOf,
  unhandledRejections,
} from '../support/streams.ts'

const TWO_EVENTS = 'event: greeting\ndata: Hello\nid: 1\n\ndata: Bye\n\n'
const EVENTS = [
  { type: 'greeting', data: 'Hello', id: '1', lastEventId: '1' },
  { type: 'message', data: 'Bye', lastEventId: '1' },
]

/** Returns the error that `streamEvents` throws synchronously. */
function thrownBy(given: unknown, options?: unknown): unknown {
  try {
    closed(streamEvents(given as Response, options as GivenStreamInit))
  } catch (error) {
    return error
  }
  return undefined
}

describe('streamEvents', () => {
  it('reads a minimal Response-like object from a custom fetch', async () => {
    const like = {
      status: 200,
      headers: new Headers({ 'Content-Type': 'text/event-stream' }),
      body: streamOf(TWO_EVENTS),
    }
    expect(await all(streamEvents(like as unknown as Response))).toStrictEqual(EVENTS)
  })

  it('reads a byte stream that supports BYOB readers', async () => {
    const stream = new ReadableStream({
      type: 'bytes',
      start: (controller) => {
        controller.enqueue(bytes(TWO_EVENTS))
        controller.close()
      },
    })
    expect(await all(streamEvents(stream))).toStrictEqual(EVENTS)
  })
})

describe('streamEvents throws a TypeError for', () => {
  const locked = source().stream
  locked.getReader()
  const lockedBody = response(source().stream)
  lockedBody.body?.getReader()

  it.each([
    ['a locked stream', locked, 'The ReadableStream is locked'],
    ['a Response whose body is locked', lockedBody, 'The Response body was already read or is locked'],
    ['a promise of a Response', Promise.resolve(response('')), 'got a promise. Await it first'],
    [
      'a Node stream',
      Readable.from([]),
      'streamEvents needs a URL, a Request, a Response or a ReadableStream of bytes',
    ],
    ['a number', 7, 'streamEvents needs a URL, a Request, a Response or a ReadableStream of bytes, got 7'],
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    [
      'a Response whose body is a Node stream',
      { status: 200, headers: new Headers(), body: Readable.from([]) },
      'The Response body is not a ReadableStream',
    ],
  ])('%s', (_, given, message) => {
    const error = thrownBy(given)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain(message)
  })

  it('a Response whose body was partly read and unlocked', async () => {
    const used = response('data: 1\n\n')
    const reader = used.body?.getReader()
    await reader?.read()
    reader?.releaseLock()
    const error = thrownBy(used)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain('was already read')
  })

  it('a response or stream that another loop reads', () => {
    const good = response('data: 1\n\n')
    closed(streamEvents(good))
    expect(thrownBy(good)).toBeInstanceOf(TypeError)
    const { stream } = source()
    closed(streamEvents(stream))
    expect(thrownBy(stream)).toBeInstanceOf(TypeError)
  })
})

describe('failed Response', () => {
  it('makes the loop throw a ConnectionError if it is Response.error()', async () => {
    expect(await rejection(all(streamEvents(Response.error())))).toMatchObject({ reason: 'network' })
  })

  it('has its URL in the message, without query and password', async () => {
    const like = {
      status: 404,
      url: 'http://user:password@a.test/chat?token=secret',
      headers: new Headers(),
      body: null,
    }
    const error = (await rejection(all(streamEvents(like as unknown as Response)))) as ConnectionError
    expect(error.message).toContain('http://a.test/chat')
    expect(error.message).not.toMatch(/secret|password/)
  })

  it('has no secrets of the URL in the cause if its body is interrupted', async () => {
    const { stream, fail } = source()
    const like = Object.defineProperty(response(stream), 'url', { value: 'http://a.test/chat?token=long-secret' })
    fail(new Error('lost http://a.test/chat?token=long-secret, and long-secret'))
    const error = (await rejection(all(streamEvents(like)))) as ConnectionError
    expect(error.reason).toBe('network')
    expect((error.cause as Error).message).toMatch(/^lost /)
    expect((error.cause as Error).message).not.toContain('long-secret')
  })

  it('has the rest of its body canceled', async () => {
    const { stream, canceled, push } = source()
    push('x'.repeat(70_000))
    await rejection(all(streamEvents(response(stream, { status: 500 }))))
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('causes no unhandled rejection if it is never iterated', async () => {
    const unhandled = unhandledRejections()
    closed(streamEvents(response('no', { status: 500 })))
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('stream passed by the caller', () => {
  it('makes the loop throw a ConnectionError if it has already errored', async () => {
    const { stream, fail } = source()
    fail('a text')
    expect(await rejection(all(streamEvents(stream)))).toMatchObject({ reason: 'network', cause: 'a text' })
  })

  it('ends the loop if it has already closed', async () => {
    expect(await all(streamEvents(streamOf()))).toEqual([])
  })

  it.each([
    ['text', 'data: 1\n\n'],
    ['numbers', 7],
    ['objects', {}],
    ['an ArrayBuffer', new ArrayBuffer(1)],
  ])('makes the loop throw after the events if it contains %s instead of bytes, and is canceled', async (_, chunk) => {
    const { stream, push, pushChunk, canceled } = source()
    push('data: 0\n\n')
    pushChunk(chunk)
    const { data, error } = await outcome(streamEvents(stream))
    expect(data).toEqual(['0'])
    expect(error).toMatchObject({ reason: 'unsupported' })
    expect((error as Error).message).toContain('not a stream of bytes')
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('makes the loop throw after the earlier events if an event is too large, and is canceled', async () => {
    const { stream, push, canceled } = source()
    push('data: 1\n\ndata: 123456789\n\ndata: 3\n\n')
    const { data, error } = await outcome(streamEvents(stream, { maxBufferSize: 8 }))
    expect(data).toEqual(['1'])
    expect(error).toMatchObject({ reason: 'too-large' })
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('makes the loop throw if it is silent for longer than idleTimeout, and is canceled', async () => {
    const { stream, push, canceled } = source()
    push('data: 1\n\n')
    const { data, error } = await outcome(streamEvents(stream, { idleTimeout: 20 }))
    expect(data).toEqual(['1'])
    expect(error).toMatchObject({ reason: 'timeout' })
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('causes no unhandled rejection if it cannot be canceled', async () => {
    const unhandled = unhandledRejections()
    const stubborn = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(new Error('no')) })
    streamEvents(stubborn).close()
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('options of streamEvents with a Response or stream', () => {
  it('reconnectionTime applies until the stream sends a retry field', async () => {
    const events = streamEvents(streamOf('retry: 7\ndata: 1\n\n'), { reconnectionTime: 5 })
    expect(events.reconnectionTime).toBe(5)
    await all(events)
    expect(events.reconnectionTime).toBe(7)
  })

  it('onComment receives comments', async () => {
    const onComment = vi.fn()
    await all(streamEvents(response(':one\ndata: 1\n\n: two\n'), { onComment }))
    expect(onComment.mock.calls).toEqual([['one'], ['two']])
  })

  it.each([
    'withCredentials',
    'fetch',
    'method',
    'headers',
    'body',
    'resume',
    'redirect',
    'fetchOptions',
    'lastEventIdParameter',
    'connectTimeout',
    'reconnect',
  ])('%s throws a TypeError because it needs a request, and the stream stays unlocked', (name) => {
    const valid: Record<string, unknown> = {
      withCredentials: true,
      fetch: () => undefined,
      method: 'POST',
      headers: {},
      body: () => '',
      resume: () => undefined,
      redirect: 'follow',
      fetchOptions: {},
      lastEventIdParameter: 'id',
      connectTimeout: 1,
      reconnect: false,
    }
    const method = name === 'body' ? { body: () => '', method: 'POST' } : { [name]: valid[name] }
    const { stream } = source()
    const good = response('')
    for (const given of [stream, good]) {
      const error = thrownBy(given, method)
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toContain(`"${name}"`)
    }
    expect(stream.locked).toBe(false)
    expect(good.body?.locked).toBe(false)
  })

  it('undefined counts as absent', async () => {
    const options = { fetch: undefined, method: undefined, signal: undefined } as GivenStreamInit
    expect(await all(streamEvents(response(TWO_EVENTS), options))).toHaveLength(2)
    expect(await all(streamEvents(response(TWO_EVENTS), null))).toHaveLength(2)
  })

  it.each([
    ['idleTimeout', '5'],
    ['maxBufferSize', 0],
    ['onComment', 'no'],
    ['signal', {}],
    ['lastEventId', 5],
    ['reconnectionTime', -1],
  ])('an invalid %s throws a TypeError that names it, and the stream stays unlocked', (name, value) => {
    const { stream } = source()
    expect((thrownBy(stream, { [name]: value }) as Error).message).toContain(`Option "${name}"`)
    expect(stream.locked).toBe(false)
  })
})

describe('Response or stream that is not iterated', () => {
  it('is canceled at once if the signal is already aborted', async () => {
    const { stream, canceled } = source('data: 1\n\n')
    const reason = new Error('late')
    const signal = AbortSignal.abort(reason)
    expect(await outcome(streamEvents(stream, { signal }))).toEqual({ data: [], error: reason })
    expect(canceled).toHaveBeenCalledOnce()
    const { stream: body, canceled: bodyCanceled } = source('data: 1\n\n')
    const events = streamEvents(response(body), { signal })
    expect(await rejection(all(events))).toBe(reason)
    expect(await rejection(events.response)).toBe(reason)
    expect(bodyCanceled).toHaveBeenCalledOnce()
  })

  it('is canceled by close()', async () => {
    for (const take of [(body: ReadableStream) => body, (body: ReadableStream) => response(body)]) {
      const { stream, canceled } = source('data: 1\n\n')
      const events = streamEvents(take(stream) as ReadableStream<Uint8Array>)
      events.close()
      await settled()
      expect(canceled).toHaveBeenCalledOnce()
      expect(await all(events)).toEqual([])
    }
  })
})
