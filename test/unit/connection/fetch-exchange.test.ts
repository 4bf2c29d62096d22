/** One attempt: building the request from values and functions in the options, and sending it with fetch. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Exchange } from '../../../src/connection/exchange.ts'
import type { Failure } from '../../../src/connection/failure.ts'
import { FetchOpener } from '../../../src/connection/fetch-exchange.ts'
import type { Attempt, ResumedRequest } from '../../../src/connection/options.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import { EventSource, type EventSourceInit, type FetchLike, type FetchLikeInit } from '../../../src/index.ts'
import { failureOf } from '../support/failures.ts'
import {
  closingResponse,
  openResponse,
  STUB_URL,
  nextError,
  nextMessage,
  nextOpen,
  open,
  response,
} from '../support/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const BASE = new URL('http://user:password@a.test/streams/one?q=1')

/** The attempt to open, and whether it sends the first request. */
interface Given {
  isFirst?: boolean
  attempt?: Attempt
  url?: URL
}

/** Opens an attempt and records the init of each fetch. */
function attempt(
  options: object,
  { isFirst = false, attempt: { attempt, lastEventId, failure } = FIRST, url = BASE }: Given = {},
): { exchange: Exchange; opening: Promise<unknown>; inits: FetchLikeInit[] } {
  const inits: FetchLikeInit[] = []
  vi.stubGlobal('fetch', (_: string, init: FetchLikeInit) => {
    inits.push(init)
    return Promise.resolve(response(null))
  })
  const opener = new FetchOpener(url, readOptions(options))
  opener.hasSent = !isFirst
  const exchange = opener.next(attempt)
  return { exchange, opening: exchange.open(lastEventId === '' ? undefined : lastEventId, failure), inits }
}

const FIRST: Attempt = { attempt: 1, lastEventId: '', failure: undefined }

/** Headers of a request without options. */
const DEFAULTS: Record<string, string> = {
  Accept: 'text/event-stream',
  'Cache-Control': 'no-cache',
  'Content-Type': 'text/plain;charset=UTF-8',
  Authorization: `Basic ${btoa('user:password')}`,
}

interface Sent {
  url: string
  method: string
  /** Without the defaults. */
  headers: Record<string, string>
  body: unknown
}

async function send(options: object, given?: Given): Promise<Sent> {
  const { exchange, opening, inits } = attempt(options, given)
  await opening
  expect(inits).toHaveLength(1)
  const [{ method, headers, body } = {} as FetchLikeInit] = inits
  const others = Object.entries(headers).filter(([name, value]) => DEFAULTS[name] !== value)
  return { url: exchange.url.href, method, headers: Object.fromEntries(others), body }
}

/** Returns the failure of an attempt that sends no request. */
async function failure(options: object): Promise<Failure> {
  const { opening, inits } = attempt(options)
  const failed = await failureOf(opening)
  expect(inits).toEqual([])
  return failed
}

describe('functions of an aborted or failed attempt', () => {
  const functions = { method: 'POST', headers: () => ({ 'X-Key': 'key-1234' }), resume: vi.fn(), body: vi.fn() }

  it('are not called after the abort', async () => {
    const headers = vi.fn(() => {
      exchange.controller.abort()
      return {}
    })
    const { exchange, opening, inits } = attempt({ ...functions, headers })
    expect(await failureOf(opening)).toMatchObject({
      message: 'was not requested',
    })
    expect(headers).toHaveBeenCalledOnce()
    expect([functions.resume, functions.body].map(({ mock }) => mock.calls)).toEqual([[], []])
    expect(inits).toEqual([])
  })

  it('have their headers registered as secrets before a later function can fail', async () => {
    const resume = (): never => {
      throw new Error('no')
    }
    const { exchange, opening } = attempt({ ...functions, resume })
    expect(exchange.secrets).not.toContain('key-1234')
    await failureOf(opening)
    expect(exchange.secrets).toContain('key-1234')
  })
})

describe('option values', () => {
  it('are sent synchronously', async () => {
    const options = { method: 'POST', headers: { 'X-One': '1' }, body: 'text' }
    const { opening, inits } = attempt(options, { isFirst: true })
    expect(inits).toHaveLength(1)
    await opening
    expect(await send(options)).toEqual({ url: BASE.href, ...options })
  })

  it('are sent synchronously as long as "resume" is not called', async () => {
    const resume = vi.fn()
    const { opening, inits } = attempt({ resume }, { isFirst: true })
    expect(inits).toHaveLength(1)
    await opening
    expect(resume).not.toHaveBeenCalled()
  })

  it('a stream is sent once, and the second attempt fails with the reason', async () => {
    const options = { method: 'POST', body: new ReadableStream() }
    expect(await send(options, { isFirst: true })).toHaveProperty('body', options.body)
    const { reason, message } = await failure(options)
    expect(message).toMatch(/^was not requested: a ReadableStream "body" can be sent only once\. Pass a function/)
    expect(reason).toBe('unsupported')
  })
})

describe('option functions', () => {
  const POST = { method: 'POST' }

  it('are called for each attempt with its details and without `this`', async () => {
    const calls: unknown[][] = []
    const recording = (name: string) =>
      function (this: unknown, ...args: unknown[]): undefined {
        calls.push([name, this, ...args])
      }
    const attempt = { attempt: 3, lastEventId: '7', failure: undefined }
    const options = { ...POST, headers: recording('headers'), body: recording('body'), resume: recording('resume') }
    await send(options, { attempt, isFirst: true })
    await send(options, { attempt })
    expect(calls.map(([name]) => name)).toEqual(['headers', 'body', 'headers', 'resume', 'body'])
    for (const [, self, ...args] of calls) expect([self, ...args]).toEqual([undefined, attempt])
  })

  it.each<[string, Pick<EventSourceInit, 'headers' | 'body'>]>([
    ['values', { headers: () => ({ 'X-One': '1' }), body: () => 'text' }],
    ['promises', { headers: async () => Promise.resolve({ 'X-One': '1' }), body: async () => Promise.resolve('text') }],
    ['a Headers and a string', { headers: () => new Headers({ 'X-One': '1' }), body: () => 'text' }],
  ])('may return %s', async (_, options) => {
    const { headers, body } = await send({ ...POST, ...options })
    expect(new Headers(headers).get('x-one')).toBe('1')
    expect(body).toBe('text')
  })

  it('may return nothing', async () => {
    expect(await send({ ...POST, headers: () => undefined, body: () => undefined })).toMatchObject({
      headers: {},
      body: undefined,
    })
    expect(await send({ ...POST, body: () => null })).toHaveProperty('body', undefined)
  })

  it('may return a new stream for each attempt', async () => {
    const body = (): ReadableStream => new ReadableStream()
    const first = await send({ ...POST, body, reconnect: true }, { isFirst: true })
    const second = await send({ ...POST, body, reconnect: true })
    expect(first.body).toBeInstanceOf(ReadableStream)
    expect(second.body).not.toBe(first.body)
  })

  const error = new Error('no token')
  const throws = (): never => {
    throw error
  }
  it.each([
    ['headers', 'throws', throws],
    ['body', 'throws', throws],
    ['resume', 'throws', throws],
    ['headers', 'rejects', () => Promise.reject(error)],
    ['body', 'rejects', () => Promise.reject(error)],
    ['resume', 'rejects', () => Promise.reject(error)],
  ])('fail the attempt if %s %s, with the error as the cause', async (name, _, run) => {
    const { reason, message, cause, fromCaller } = await failure({ ...POST, [name]: run })
    expect(message).toMatch(`was not requested: the function "${name}" failed`)
    expect(cause).toBe(error)
    expect({ reason, fromCaller }).toEqual({ reason: 'request', fromCaller: true })
  })

  it.each([
    ['headers', 'Bearer return-secret', 'The result of "headers" must be an object'],
    ['headers', null, 'The result of "headers" must be an object'],
    ['headers', () => ({}), 'The result of "headers" must be an object'],
    ['headers', { 'bad name': 'return-secret' }, 'The result of "headers" has an invalid name "bad name"'],
    ['headers', { 'X-One': 'return-secret\n' + 'x' }, 'The result of "headers" has a line break'],
    ['body', { a: 'return-secret' }, 'JSON.stringify(…)'],
    ['body', 7, 'The result of "body" must be '],
    ['body', () => 'return-secret', 'The result of "body" must be '],
    ['resume', 'http://a.test/?return-secret', 'The result of "resume" must be an object or undefined, got '],
    ['resume', null, 'The result of "resume" must be an object or undefined, got null'],
    ['resume', [], 'The result of "resume" must be an object or undefined, got an array'],
    ['resume', { method: 'TRACE' }, '"method" in the result of "resume" must be '],
    ['resume', { headers: 'return-secret' }, '"headers" in the result of "resume" must be '],
    ['resume', { body: { a: 'return-secret' } }, 'JSON.stringify(…)'],
    ['resume', { url: 'http://[?return-secret' }, 'Invalid URL'],
  ])('fail the attempt if %s returns %j', async (name, returned, why) => {
    const { message, cause } = await failure({ ...POST, [name]: () => returned })
    expect(message).toMatch(`was not requested: the function "${name}" failed`)
    expect(String(cause)).toContain(why)
    expect(String(cause)).not.toContain('return-secret')
  })

  it("are not called if the attempt doesn't need their result", async () => {
    const body = vi.fn()
    await send({ ...POST, body, resume: () => ({ method: 'GET' }) })
    await send({ ...POST, body, resume: () => ({ body: 'other' }) })
    await send({ ...POST, body, resume: () => ({ body: null }) })
    expect(body).not.toHaveBeenCalled()
  })
})

const URL_OF_SOURCE = 'http://a.test/streams/one?q=1#f'

/** Returns the request that resumes a POST if "resume" returns this value. */
function resumed(given: ResumedRequest | undefined, options: object = {}): Promise<Sent> {
  const post = { method: 'POST', headers: OWN_HEADERS, body: '{}', resume: () => given }
  return send({ ...post, ...options }, { url: new URL(URL_OF_SOURCE) })
}

const OWN_HEADERS = {
  'X-One': '1',
  Authorization: 'first',
  'Content-Type': 'application/json',
  'Content-Language': 'en',
}
const OWN = { url: URL_OF_SOURCE, method: 'POST', headers: OWN_HEADERS, body: '{}' }

describe('reconnection with "resume"', () => {
  it.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['members that are undefined', { url: undefined, method: undefined, headers: undefined, body: undefined }],
  ])('repeats the request if "resume" returns %s', async (_, given) => {
    expect(await resumed(given)).toEqual(OWN)
  })

  it('repeats the request if "resume" returns a promise of undefined', async () => {
    expect(await resumed(undefined, { resume: () => Promise.resolve(undefined) })).toEqual(OWN)
  })

  it.each([
    ['/two', 'http://a.test/two'],
    ['two', 'http://a.test/streams/two'],
    ['?q=2', 'http://a.test/streams/one?q=2'],
    ['', 'http://a.test/streams/one?q=1'],
    ['//b.test/x', 'http://b.test/x'],
    ['https://b.test/x', 'https://b.test/x'],
    [new URL('https://b.test/y'), 'https://b.test/y'],
  ])("may change the URL, relative to the source's URL: %s", async (url, target) => {
    expect(await resumed({ url })).toEqual({ ...OWN, url: target })
  })

  it('may set headers, which override the option', async () => {
    const { headers } = await resumed({ headers: { authorization: 'second', 'X-Two': '2', 'X-One': undefined } })
    expect(headers).toEqual({
      'X-One': '1',
      authorization: 'second',
      'Content-Type': 'application/json',
      'Content-Language': 'en',
      'X-Two': '2',
    })
  })

  it('may set headers that override those of a function', async () => {
    const headers = (): Record<string, string> => ({ 'X-One': 'fresh', 'X-Two': 'fresh' })
    expect((await resumed({ headers: { 'x-two': 'resumed' } }, { headers })).headers).toEqual({
      'X-One': 'fresh',
      'x-two': 'resumed',
    })
  })

  it('may change the body', async () => {
    expect(await resumed({ body: 'other' })).toEqual({ ...OWN, body: 'other' })
    expect(await resumed({ body: '' })).toEqual({ ...OWN, body: '' })
    const stream = new ReadableStream()
    expect(await resumed({ body: stream })).toEqual({ ...OWN, body: stream })
  })

  it('omits the body if it is null', async () => {
    expect(await resumed({ body: null })).toMatchObject({ method: 'POST', body: undefined })
  })

  it.each(['GET', 'get', 'HEAD'])('omits the body and the headers that describe it with method %s', async (method) => {
    const without = { 'X-One': '1', Authorization: 'first' }
    const expected = { url: URL_OF_SOURCE, method: method.toUpperCase(), headers: without, body: undefined }
    expect(await resumed({ method })).toEqual(expected)
    expect(await resumed({ method, body: 'dropped' })).toEqual(expected)
    expect(await resumed({ method, body: null })).toEqual(expected)
  })

  it('sends the headers returned by "resume" with a GET', async () => {
    const { headers } = await resumed({ method: 'GET', headers: { 'X-Two': '2', authorization: 'second' } })
    expect(headers).toEqual({ 'X-One': '1', authorization: 'second', 'X-Two': '2' })
  })

  it('may be a POST although the first request was a GET', async () => {
    const options = { method: 'GET', body: undefined, headers: { 'Content-Language': 'en' } }
    expect(await resumed({ method: 'POST', body: 'text' }, options)).toEqual({
      url: URL_OF_SOURCE,
      method: 'POST',
      headers: { 'Content-Language': 'en' },
      body: 'text',
    })
    expect((await resumed({}, options)).headers).toEqual({ 'Content-Language': 'en' })
  })

  it('may omit a stream that was already sent', async () => {
    const options = { body: new ReadableStream() }
    expect((await resumed({ method: 'GET' }, options)).body).toBeUndefined()
    expect((await resumed({ body: 'rest' }, options)).body).toBe('rest')
    await expect(resumed({}, options)).rejects.toThrow('can be sent only once')
  })

  it('does not affect the next reconnection', async () => {
    const answers: (ResumedRequest | undefined)[] = [
      { url: '/two', method: 'GET', headers: { 'X-Two': '2' } },
      undefined,
    ]
    const resume = (): ResumedRequest | undefined => answers.shift()
    expect((await resumed(undefined, { resume })).url).toBe('http://a.test/two')
    expect(await resumed(undefined, { resume })).toEqual(OWN)
  })
})

describe('custom fetch', () => {
  it('receives the URL as a string and an init, without `this`', async () => {
    const calls: { self: unknown; args: unknown[] }[] = []
    const fetch = function (this: unknown, ...args: unknown[]) {
      calls.push({ self: this, args })
      return Promise.resolve(openResponse())
    } as FetchLike
    await nextOpen(open(`${STUB_URL}?a=b#fragment`, { fetch }))
    expect(calls).toHaveLength(1)
    expect(calls[0]?.self).toBeUndefined()
    expect(calls[0]?.args).toEqual([`${STUB_URL}?a=b`, expect.objectContaining({ method: 'GET', redirect: 'follow' })])
  })

  it('is called synchronously by the constructor', () => {
    const fetch = vi.fn<FetchLike>(() => Promise.resolve(openResponse()))
    open(STUB_URL, { fetch })
    expect(fetch).toHaveBeenCalledOnce()
  })

  it('may return a Response that is not in a promise', async () => {
    const fetch = (() => openResponse('data: 1\n\n')) as unknown as FetchLike
    expect((await nextMessage(open(STUB_URL, { fetch }))).data).toBe('1')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects with undefined', () => Promise.reject()],
  ])('causes a network failure if it %s, reported asynchronously', async (_, fetch) => {
    let synchronous = true
    const source = open(STUB_URL, { fetch })
    const error = nextError(source).then((event) => ({ event, synchronous }))
    expect(source.readyState).toBe(EventSource.CONNECTING)
    synchronous = false
    const { event, synchronous: early } = await error
    expect(early).toBe(false)
    expect(event.error.reason).toBe('network')
    expect(event.message).toBe(`The event stream at ${STUB_URL} could not be reached`)
    expect(source.readyState).toBe(EventSource.CONNECTING)
  })

  it('is not called for schemes that cannot be fetched', async () => {
    const fetch = vi.fn<FetchLike>(() => Promise.resolve(openResponse()))
    const source = open('mailto:a@b.test', { fetch })
    const { error } = await nextError(source)
    expect(error.reason).toBe('unsupported')
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('signal passed to fetch', () => {
  it('is different for each attempt', async () => {
    const signals: AbortSignal[] = []
    const source = open(STUB_URL, {
      fetch: (_, { signal }) => {
        signals.push(signal)
        return Promise.resolve(closingResponse('retry: 0\ndata: 1\n\n'))
      },
    })
    await nextMessage(source)
    await nextMessage(source)
    expect(new Set(signals).size).toBe(signals.length)
    expect(signals.length).toBeGreaterThan(1)
  })
})

describe('fetch that ignores the signal', () => {
  it('has its body canceled by close()', async () => {
    const canceled = vi.fn()
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
      },
      cancel: canceled,
    })
    const source = open(STUB_URL, { fetch: () => Promise.resolve(response(body)) })
    await nextMessage(source)
    source.close()
    expect(canceled).toHaveBeenCalledOnce()
  })

  it('has its body canceled if it responds after close(), and no event fires', async () => {
    const fired = vi.fn()
    let answer: ((response: Response) => void) | undefined
    const source = open(STUB_URL, {
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

describe('origin of messages', () => {
  const stream = (): ReadableStream | null => openResponse('data: 1\n\n').body
  const headers = new Headers({ 'Content-Type': 'text/event-stream' })

  it.each([
    ['that of the request if the Response has no URL', {}, 'http://nowhere.test'],
    ["that of the request if the Response's URL is empty", { url: '' }, 'http://nowhere.test'],
    ["that of the request if the Response's URL is undefined", { url: undefined }, 'http://nowhere.test'],
    ["that of the request if the Response's URL is invalid", { url: 'http://[' }, 'http://nowhere.test'],
    ['that of the Response otherwise, as after redirects', { url: 'https://else.test:444/x' }, 'https://else.test:444'],
  ])('is %s', async (_, given, origin) => {
    const source = open(STUB_URL, {
      fetch: () => Promise.resolve({ status: 200, headers, body: stream(), ...given }),
    })
    expect((await nextMessage(source)).origin).toBe(origin)
  })
})

it('the origin of a data URL is "null" even if the Response has no URL', async () => {
  const source = open('data:text/event-stream,', { fetch: () => Promise.resolve(openResponse('data: 1\n\n')) })
  expect((await nextMessage(source)).origin).toBe('null')
})

describe('fetch of the runtime', () => {
  it('blocks some ports, so the connection fails permanently with an error that names the port', async () => {
    const source = open('http://localhost:9/stream')
    const { error, message, willReconnect } = await nextError(source)
    expect([error.reason, willReconnect]).toEqual(['unsupported', false])
    expect(message).toBe('The event stream at http://localhost:9/stream cannot be fetched: fetch blocks port 9')
  })

  it('is looked up for each attempt', async () => {
    const called: string[] = []
    vi.stubGlobal('fetch', (): Promise<Response> => {
      called.push('first')
      return Promise.resolve(closingResponse('retry: 0\ndata: 1\n\n'))
    })
    const source = open(STUB_URL)
    await nextMessage(source)
    vi.stubGlobal('fetch', (): Promise<Response> => {
      called.push('second')
      return Promise.resolve(openResponse('data: 2\n\n'))
    })
    expect((await nextMessage(source)).data).toBe('2')
    expect(called).toEqual(['first', 'second'])
  })

  it('fails the connection with advice if it is missing', async () => {
    vi.stubGlobal('fetch', undefined)
    const source = open(STUB_URL)
    const { error, message } = await nextError(source)
    expect(source.readyState).toBe(EventSource.CLOSED)
    expect(error.reason).toBe('unsupported')
    expect(message).toBe(
      `The event stream at ${STUB_URL} cannot be fetched: this runtime has no fetch. Pass one as option "fetch"`,
    )
  })
})
