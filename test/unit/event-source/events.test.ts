/** The events that a source dispatches. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { inheritFromMessageEvent, Message } from '../../../src/event-source/events.ts'
import { connectionErrorOf } from '../../../src/connection/connection-error.ts'
import { ConnectionError, ErrorEvent, EventSource } from '../../../src/index.ts'
import { closingResponse, openResponse, STUB_URL, nextError, nextOpen, open } from '../support/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('message event', () => {
  // The first source defines it.
  inheritFromMessageEvent()
  const event = new Message('news', { data: 'text', origin: 'http://a.test', lastEventId: '7' })

  it('is a MessageEvent', () => {
    expect(event).toBeInstanceOf(MessageEvent)
    expect(event).toBeInstanceOf(Event)
    expect(Object.prototype.toString.call(event)).toBe('[object MessageEvent]')
    expect(event.constructor).toBe(MessageEvent)
    // Classes compiled to ES5 read it from the prototype.
    expect(Message.prototype.constructor).toBe(Message)
  })

  it('can be constructed without arguments or copied, for runtimes without MessageEvent', () => {
    const { data, origin, lastEventId } = new Message('x')
    expect([data, origin, lastEventId]).toEqual([null, '', ''])
    expect(new Message('news', event)).toMatchObject({ data: 'text', origin: 'http://a.test', lastEventId: '7' })
  })

  it('has no source and no ports', () => {
    expect(event.source).toBeNull()
    expect(event.ports).toEqual([])
    expect(Object.isFrozen(event.ports)).toBe(true)
    expect(event.ports).toBe(event.ports)
  })

  it('does not bubble and is not cancelable', () => {
    expect(event.bubbles).toBe(false)
    expect(event.cancelable).toBe(false)
    expect(event.composed).toBe(false)
    event.preventDefault()
    expect(event.defaultPrevented).toBe(false)
  })

  it.each(['data', 'origin', 'lastEventId', 'source', 'ports'])(
    'has %s as an enumerable read-only accessor',
    (name) => {
      const descriptor = Object.getOwnPropertyDescriptor(Message.prototype, name)
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true, set: undefined })
      expect(descriptor?.get?.name).toBe(`get ${name}`)
    },
  )

  it.each(['data', 'origin', 'lastEventId'])('throws a TypeError for %s of a different object', (name) => {
    const get = Object.getOwnPropertyDescriptor(Message.prototype, name)?.get
    expect(() => get?.call({}) as unknown).toThrow(TypeError)
    expect(() => get?.call(new MessageEvent('x')) as unknown).toThrow(TypeError)
  })

  it('has no visible own properties', () => {
    expect(Object.keys(event).filter((key) => key !== 'isTrusted')).toEqual([])
  })

  it('can be dispatched like any event', () => {
    const target = new EventTarget()
    const listener = vi.fn()
    target.addEventListener('news', listener)
    target.dispatchEvent(event)
    expect(listener).toHaveBeenCalledExactlyOnceWith(event)
  })
})

describe('error event', () => {
  const request = { url: new URL(STUB_URL), attempt: 1, secrets: [] }
  const error = connectionErrorOf(request, { reason: 'ended', message: 'has ended' })
  const event = new ErrorEvent('error', error)

  it('has the error and its message', () => {
    expect(event.error).toBe(error)
    expect(event.message).toBe('The event stream at http://nowhere.test/stream has ended')
  })

  it('is an Event that does not bubble and is not cancelable', () => {
    expect(event).toBeInstanceOf(Event)
    expect(event).toMatchObject({ type: 'error', bubbles: false, cancelable: false })
    expect(ErrorEvent.name).toBe('ErrorEvent')
  })

  it.each([undefined, null, 'gone'])('requires an error rather than %s', (error) => {
    expect(() => new ErrorEvent('error', error as never)).toThrow(new TypeError('ErrorEvent needs a ConnectionError'))
  })

  it('has the delay if the source will reconnect', () => {
    expect(event).toMatchObject({ willReconnect: false, delay: undefined })
    expect(new ErrorEvent('error', error, 3_000)).toMatchObject({ willReconnect: true, delay: 3_000 })
    expect(new ErrorEvent('error', error, 0)).toMatchObject({ willReconnect: true, delay: 0 })
  })

  it('has the status of a refused response under two names', () => {
    const refused = connectionErrorOf(request, { reason: 'status', message: 'x', status: 503 })
    expect(new ErrorEvent('error', refused)).toMatchObject({ status: 503, code: 503 })
    expect(event).toMatchObject({ status: undefined, code: undefined })
  })

  it.each(['error', 'message', 'status', 'code', 'willReconnect', 'delay'])(
    'has %s as an enumerable read-only accessor',
    (name) => {
      const descriptor = Object.getOwnPropertyDescriptor(ErrorEvent.prototype, name)
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true, set: undefined })
    },
  )

  it('is copied by its constructor from an event or an init object', () => {
    for (const delay of [undefined, 0, 3_000]) {
      const given = new ErrorEvent('error', error, delay)
      expect(new ErrorEvent('error', given)).toMatchObject({ error, delay, willReconnect: delay !== undefined })
    }
    expect(new ErrorEvent('error', { error })).toMatchObject({ error, delay: undefined })
    expect(new ErrorEvent('other', { error, delay: 1 })).toMatchObject({ type: 'other', error, delay: 1 })
  })

  it('is `[object Event]`, like the plain Event of the standard', () => {
    expect(Object.prototype.toString.call(event)).toBe('[object Event]')
  })

  it('is an instance of the exported class', async () => {
    const source = open(STUB_URL, { fetch: () => Promise.resolve(closingResponse()) })
    const received = await nextError(source)
    expect(received).toBeInstanceOf(ErrorEvent)
    expect(received.error).toBeInstanceOf(ConnectionError)
  })
})

describe('open event', () => {
  it('has the response with its headers and status', async () => {
    const answer = openResponse()
    answer.headers.set('X-Stream', 'seven')
    const event = await nextOpen(open(STUB_URL, { fetch: () => Promise.resolve(answer) }))
    expect(event.response).toBe(answer)
    expect(event.response.headers.get('x-stream')).toBe('seven')
    expect(event).toMatchObject({ type: 'open', bubbles: false, cancelable: false })
    expect(Object.prototype.toString.call(event)).toBe('[object Event]')
    expect(event.constructor).toBe(Event)
  })

  it('has the object returned by a custom fetch', async () => {
    const answer = {
      status: 200,
      headers: new Headers({ 'Content-Type': 'text/event-stream' }),
      body: openResponse().body,
    }
    expect((await nextOpen(open(STUB_URL, { fetch: () => Promise.resolve(answer) }))).response).toBe(answer)
  })

  it('has the response of the current connection', async () => {
    const answers = [closingResponse('data: 1\n\n'), openResponse()]
    const source = open(STUB_URL, {
      reconnectionTime: 0,
      fetch: () => Promise.resolve(answers.find(({ bodyUsed }) => !bodyUsed) ?? openResponse()),
    })
    expect((await nextOpen(source)).response).toBe(answers[0])
    expect((await nextOpen(source)).response).toBe(answers[1])
  })
})

describe('extensions of EventSource', () => {
  it('reset() throws for a source with a URL, and reconnect() for one with a stream', () => {
    const source = open(STUB_URL, { fetch: () => new Promise(() => undefined) })
    const fromStream = EventSource.fromReadableStream(new ReadableStream())
    expect([source.withCredentials, fromStream.withCredentials]).toEqual([false, false])
    for (const call of [source.reset.bind(source), fromStream.reconnect.bind(fromStream)])
      expect(call).toThrow(TypeError)
    fromStream.close()
    expect(() => Reflect.construct(EventSource, []) as unknown).toThrow('EventSource needs a URL')
  })

  it.each(['lastEventId', 'reconnectionTime'])(
    'has %s as an enumerable accessor that throws a TypeError on a foreign `this`',
    (name) => {
      const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, name)
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true, set: undefined })
      expect(descriptor?.get?.name).toBe(`get ${name}`)
      expect(() => descriptor?.get?.call({}) as unknown).toThrow(TypeError)
    },
  )

  it.each(['reconnect', 'reset'] as const)('has %s() as an enumerable method without arguments', (name) => {
    const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, name)
    expect(descriptor).toMatchObject({ enumerable: true, configurable: true, writable: true })
    expect(EventSource.prototype[name]).toHaveLength(0)
    expect(() => {
      EventSource.prototype[name].call({} as EventSource)
    }).toThrow(TypeError)
  })
})
