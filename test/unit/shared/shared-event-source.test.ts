/** The interface of `SharedEventSource`, its options, and what two sources share. */

import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { SourceMessageEvent } from '../../../src/index.ts'
import { SharedEventSource, type SharedEventSourceInit } from '../../../src/shared.ts'
import { startStream } from '../support/server.ts'
import { STUB_URL, until } from '../support/sources.ts'
import {
  share,
  shareOpen,
  sharePair,
  shareTrio,
  serveStream,
  uncaughtErrors,
  untilAll,
  type Joined,
} from './sources.ts'

const { CONNECTING, OPEN, CLOSED } = SharedEventSource

describe('interface', () => {
  it('is an EventTarget with the constants', () => {
    const { source } = share(STUB_URL)
    expect(source).toBeInstanceOf(EventTarget)
    expect(source).toMatchObject({ CONNECTING: 0, OPEN: 1, CLOSED: 2, readyState: 0 })
    expect([CONNECTING, OPEN, CLOSED]).toEqual([0, 1, 2])
    expect(Object.prototype.toString.call(source)).toBe('[object SharedEventSource]')
    expect(SharedEventSource.length).toBe(1)
  })

  it('has the URL and the options', () => {
    const { source } = share('http://nowhere.test/a b', {
      withCredentials: true,
      lastEventId: '7',
      reconnectionTime: 5,
    })
    expect(source.url).toBe('http://nowhere.test/a%20b')
    expect(source).toMatchObject({ withCredentials: true, lastEventId: '7', reconnectionTime: 5 })
    expect(share(new URL(STUB_URL) as unknown as string).source).toMatchObject({
      url: STUB_URL,
      withCredentials: false,
      lastEventId: '',
      reconnectionTime: 3_000,
    })
  })

  it.each(['onopen', 'onmessage', 'onerror'] as const)('has the attribute %s', (name) => {
    const { source } = share(STUB_URL)
    expect(source[name]).toBeNull()
    const handler = vi.fn()
    source[name] = handler
    expect(source[name]).toBe(handler)
    source.dispatchEvent(new Event(name.slice(2)))
    expect(handler).toHaveBeenCalledOnce()
    source[name] = null
    expect(source[name]).toBeNull()
  })

  it('is closed by Symbol.dispose', () => {
    const { source } = share(STUB_URL)
    source[Symbol.dispose]()
    expect(source.readyState).toBe(CLOSED)
  })

  it('can be extended', () => {
    class Stream extends SharedEventSource {
      override close(): void {
        super.close()
      }
    }
    const stream = new Stream(STUB_URL)
    stream.close()
    expect(stream).toBeInstanceOf(Stream)
    expect(stream.readyState).toBe(CLOSED)
  })

  it('is shown without the query', () => {
    const shown = inspect(share(`${STUB_URL}?token=secret`).source)
    expect(shown).toContain(STUB_URL)
    expect(shown).toContain('CONNECTING')
    expect(shown).not.toContain('secret')
  })
})

describe('throws for', () => {
  const make =
    (...args: unknown[]) =>
    (): SharedEventSource =>
      Reflect.construct(SharedEventSource, args) as SharedEventSource

  it('no URL', () => {
    expect(make()).toThrow(new TypeError('SharedEventSource needs a URL'))
  })

  it('an invalid URL', () => {
    expect(make('/relative')).toThrow('Invalid URL "/relative": without a base URL it must be absolute')
    expect(make('http://:')).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
  })

  const missing = (what: string): TypeError =>
    new TypeError(`${what} needs a "name" too: contexts with the same URL and "name" share a connection`)
  const fetch = (): Promise<Response> => new Promise(() => undefined)

  it.each<[string, SharedEventSourceInit]>([
    ['method', { method: 'QUERY', reconnect: true }],
    ['headers', { headers: { a: 'b' } }],
    ['body', { method: 'POST', body: 'x', reconnect: true }],
    ['resume', { resume: () => ({}) }],
    ['fetch', { fetch }],
    ['fetchOptions', { fetchOptions: { cache: 'no-cache' } }],
    ['dispatcher', { dispatcher: { dispatch: () => true } as never }],
    ['node', { node: {} }],
  ])('%s without a name', (name, options) => {
    const option = name === 'body' ? 'method' : name
    expect(make(STUB_URL, options)).toThrow(missing(`Option "${option}"`))
    expect(make(STUB_URL, { ...options, name: '' })).toThrow(missing(`Option "${option}"`))
    share(STUB_URL, { ...options, name: 'mine' })
  })

  it('a URL with a user without a name', () => {
    expect(make('http://user@nowhere.test/')).toThrow(missing('A URL with a user or password'))
    expect(make('http://:pw@nowhere.test/')).toThrow(missing('A URL with a user or password'))
  })

  it.each([
    ['a name that is not a string', { name: 7 }, 'Option "name" must be a string, got 7'],
    ['null as the name', { name: null }, 'Option "name" must be a string, got null'],
    ['a string instead of options', 'GET', 'Options must be an object'],
  ])('%s', (_, options, message) => {
    expect(make(STUB_URL, options)).toThrow(TypeError)
    expect(make(STUB_URL, options)).toThrow(message)
  })

  it.each([
    ['reconnect false', { reconnect: false }, 'must not be false'],
    ['POST without reconnect or resume', { name: 'mine', method: 'POST', body: 'x' }, 'is needed with POST'],
  ])('%s', (_, options, reason) => {
    expect(make(STUB_URL, options)).toThrow(
      new TypeError(`Option "reconnect" ${reason}: another context may have to connect again`),
    )
  })
})

describe('two sources', () => {
  it('share a connection and all its events', async () => {
    const server = await serveStream()
    const [one, two] = await sharePair(server.url)
    expect([one.source.leads, two.source.leads]).toEqual([true, false])
    expect([one.source.shared, two.source.shared]).toEqual([true, true])
    server.write('data: 1\nid: a\n\ndata: 2\n\nid: b\n\ndata: 3\n\n')
    await untilAll([one, two], '3')
    for (const { events, states, source } of [one, two]) {
      expect(events).toEqual(['open', '1', '2', '3'])
      expect(states).toEqual([OPEN, OPEN, OPEN, OPEN])
      expect(source.lastEventId).toBe('b')
    }
    expect(server.requests).toHaveLength(1)
  })

  it('receive equal messages', async () => {
    const server = await serveStream()
    const [one, two] = await sharePair(server.url)
    const received = [one, two].map(({ source }) => {
      const messages: SourceMessageEvent[] = []
      for (const type of ['message', 'news', 'open'])
        source.addEventListener(type, (event) => messages.push(event as SourceMessageEvent))
      return messages
    })
    server.write('id: 1\ndata: a\ndata: b\n\nevent: news\ndata: c\n\nid\ndata: d\n\nevent: open\ndata: e\n\n')
    await until(() => received.every(({ length }) => length === 4))
    const { origin } = new URL(server.url)
    for (const messages of received) {
      expect(messages.map(({ type, data, lastEventId }) => [type, data, lastEventId])).toEqual([
        ['message', 'a\nb', '1'],
        ['news', 'c', '1'],
        ['message', 'd', ''],
        ['open', 'e', ''],
      ])
      expect(messages.every((event) => event.origin === origin && event instanceof MessageEvent)).toBe(true)
    }
  })

  it('follow the last event ID of blocks without data', async () => {
    const server = await serveStream()
    const pair = await sharePair(server.url)
    const untilID = (id: string): Promise<void> => until(() => pair.every(({ source }) => source.lastEventId === id))
    for (const id of ['1', '', '2']) {
      server.write(`id: ${id}\n\n: flush\n\n`)
      await untilID(id)
    }
    expect(pair.map(({ events }) => events)).toEqual([['open'], ['open']])
  })

  it('have the same errors, without secrets in the follower', async () => {
    const server = await serveStream((response, attempt) => {
      if (attempt === 1) startStream(response)
      else response.writeHead(503, { 'X-Secret': 'header', 'Retry-After': '0' }).end('secret body')
    })
    const url = server.url.replace('//', '//user:password@')
    const [one, two] = await sharePair(`${url}?token=1`, {
      name: 'mine',
      reconnectionTime: 1,
      reconnect: { shouldReconnect: () => true },
    })
    server.drop()
    await until(() => one.errors.length > 1 && two.errors.length > 1)
    for (const index of [0, 1]) {
      const [own, told] = [one.errors[index], two.errors[index]]
      expect(told).toMatchObject({ willReconnect: true, delay: own?.delay, message: own?.message })
      expect(told?.status).toBe(own?.status)
      const { reason, attempt, endedMidEvent, retryAfter, url: shown } = own?.error ?? {}
      expect(told?.error).toMatchObject({ reason, attempt, endedMidEvent, retryAfter, url: shown })
      expect(told?.error).toMatchObject({ headers: undefined, body: undefined, cause: undefined })
    }
    expect(one.errors[0]?.error.reason).toBe('ended')
    expect(two.errors[1]).toMatchObject({ status: 503, error: { url: `${server.url}?token=1` } })
    expect(one.errors[1]?.error.headers?.get('x-secret')).toBe('header')
    expect(inspect(two.errors)).not.toMatch(/password|secret/i)
  })

  it('one of which joins later and gets the state, then messages', async () => {
    const server = await serveStream()
    const one = await shareOpen(server.url)
    server.write('retry: 55\nid: 1\ndata: early\n\n')
    await untilAll([one], 'early')
    const two = await shareOpen(server.url)
    expect(two.source).toMatchObject({ lastEventId: '1', reconnectionTime: 55, leads: false })
    server.write('data: late\n\n')
    await untilAll([one, two], 'late')
    expect(two.events).toEqual(['open', 'late'])
  })

  it('one of which joins while the connection is lost', async () => {
    const server = await serveStream()
    const one = await shareOpen(server.url, { reconnectionTime: 300 })
    server.drop()
    await untilAll([one], 'error')
    const two = share(server.url)
    await until(() => two.source.readyState === OPEN && one.source.readyState === OPEN)
    expect(two.events).toEqual(['open'])
    expect(server.requests).toHaveLength(2)
  })
})

describe('a listener', () => {
  it.each([0, 1])('that closes source %i ends its events only', async (index) => {
    const server = await serveStream()
    const all = await shareTrio(server.url)
    const closing = all[index] as Joined
    closing.source.addEventListener('message', () => {
      closing.source.close()
    })
    server.write('id: 1\ndata: 1\n\n')
    await untilAll(all, '1')
    await until(() => all.some(({ source }) => source.leads && source.readyState === OPEN))
    server.write('id: 2\ndata: 2\n\n')
    const others = all.filter((joined) => joined !== closing)
    await untilAll(others, '2')
    expect(closing.events).toEqual(['open', '1'])
    for (const { events } of others) expect(events.filter((event) => event !== 'open')).toEqual(['1', '2'])
  })

  it('that throws does not disturb others', async () => {
    const errors = uncaughtErrors()
    const server = await serveStream()
    const pair = await sharePair(server.url)
    for (const { source } of pair) {
      source.onmessage = () => {
        throw new Error('mine')
      }
    }
    server.write('data: 1\n\ndata: 2\n\n')
    await untilAll(pair, '2')
    await until(() => errors.length === 4)
    expect(errors).toEqual(Array.from({ length: 4 }, () => new Error('mine')))
    expect(pair.map(({ events }) => events)).toEqual([
      ['open', '1', '2'],
      ['open', '1', '2'],
    ])
  })
})
