/** The parts of a request: from values, from functions, and from `resume` when it reconnects. */

import { describe, expect, it, vi } from 'vitest'
import { requestParts } from '../../../src/connection/attempt.ts'
import { CallerError } from '../../../src/connection/caller-error.ts'
import { toRecord } from '../../../src/connection/headers.ts'
import type { Attempt, EventSourceInit, ResumedRequest } from '../../../src/connection/options.ts'
import { readOptions } from '../../../src/connection/read-options.ts'

const BASE = new URL('http://user:password@a.test/streams/one?q=1')
const ATTEMPT: Attempt = { attempt: 1, lastEventId: '', failure: undefined }

function circumstances(isFirst: boolean) {
  return { isFirst, signal: new AbortController().signal, learn: () => undefined }
}

interface Asked {
  url: string
  method: string
  headers: Record<string, string>
  body: unknown
}

async function ask(options: object, { isFirst = false, attempt = ATTEMPT } = {}): Promise<Asked> {
  const { url, method, headers, body } = await requestParts(BASE, readOptions(options), attempt, circumstances(isFirst))
  return { url: url.href, method, headers: toRecord(headers), body }
}

/** What a function among the options did wrong. */
async function wrongOf(options: object): Promise<CallerError> {
  try {
    await ask(options)
  } catch (error) {
    if (error instanceof CallerError) return error
  }
  throw new Error('There was no CallerError')
}

describe('what is asked', () => {
  const functions = { method: 'POST', headers: () => ({ 'X-Key': 'k' }), resume: vi.fn(), body: vi.fn() }

  it('is not asked any more once the attempt is aborted', async () => {
    const request = new AbortController()
    const headers = vi.fn(() => {
      request.abort()
      return {}
    })
    const options = readOptions({ ...functions, headers })
    const asked = requestParts(BASE, options, ATTEMPT, { ...circumstances(false), signal: request.signal })
    await expect(asked).rejects.toBeInstanceOf(CallerError)
    expect(headers).toHaveBeenCalledOnce()
    expect([functions.resume, functions.body].map(({ mock }) => mock.calls)).toEqual([[], []])
  })

  it('tells the headers before anything else can fail', async () => {
    const learn = vi.fn()
    const resume = (): never => {
      throw new Error('no')
    }
    const options = readOptions({ ...functions, resume })
    await expect(requestParts(BASE, options, ATTEMPT, { ...circumstances(false), learn })).rejects.toBeDefined()
    expect(learn.mock.calls).toEqual([[new Map([['x-key', ['X-Key', 'k']]])]])
  })
})

describe('options that are values', () => {
  it('are the request, which goes out at once', () => {
    const options = readOptions({ method: 'POST', headers: { 'X-One': '1' }, body: 'text' })
    const parts = requestParts(BASE, options, ATTEMPT, circumstances(true))
    expect(parts).not.toBeInstanceOf(Promise)
    expect(parts).toEqual({ url: BASE, method: 'POST', headers: options.headers, body: 'text' })
  })

  it('are so too where "resume" is not asked yet', () => {
    const resume = vi.fn()
    const options = readOptions({ resume })
    expect(requestParts(BASE, options, ATTEMPT, circumstances(true))).not.toBeInstanceOf(Promise)
    expect(resume).not.toHaveBeenCalled()
  })

  it('send a stream once, and say so the second time', async () => {
    const options = { method: 'POST', body: new ReadableStream() }
    expect(await ask(options, { isFirst: true })).toHaveProperty('body', options.body)
    const { message, cause } = await wrongOf(options)
    expect(message).toBe('the option "body" is a ReadableStream, which has been sent already')
    expect(cause).toBeInstanceOf(TypeError)
  })
})

describe('functions among the options', () => {
  const POST = { method: 'POST' }

  it('are asked for each attempt, with what it is, and without `this`', async () => {
    const calls: unknown[][] = []
    const asked = (name: string) =>
      function (this: unknown, ...args: unknown[]): undefined {
        calls.push([name, this, ...args])
      }
    const attempt = { attempt: 3, lastEventId: '7', failure: undefined }
    const options = { ...POST, headers: asked('headers'), body: asked('body'), resume: asked('resume') }
    await ask(options, { attempt, isFirst: true })
    await ask(options, { attempt })
    expect(calls.map(([name]) => name)).toEqual(['headers', 'body', 'headers', 'resume', 'body'])
    for (const [, self, ...args] of calls) expect([self, ...args]).toEqual([undefined, attempt])
  })

  it.each<[string, Pick<EventSourceInit, 'headers' | 'body'>]>([
    ['values', { headers: () => ({ 'X-One': '1' }), body: () => 'text' }],
    ['promises', { headers: async () => Promise.resolve({ 'X-One': '1' }), body: async () => Promise.resolve('text') }],
    ['a Headers and bytes of text', { headers: () => new Headers({ 'X-One': '1' }), body: () => 'text' }],
  ])('may return %s', async (_, options) => {
    const { headers, body } = await ask({ ...POST, ...options })
    expect(new Headers(headers).get('x-one')).toBe('1')
    expect(body).toBe('text')
  })

  it('may return nothing', async () => {
    expect(await ask({ ...POST, headers: () => undefined, body: () => undefined })).toMatchObject({
      headers: {},
      body: undefined,
    })
    expect(await ask({ ...POST, body: () => null })).toHaveProperty('body', undefined)
  })

  it('may return a stream, fresh at each attempt', async () => {
    const body = (): ReadableStream => new ReadableStream()
    const first = await ask({ ...POST, body, reconnect: true }, { isFirst: true })
    const second = await ask({ ...POST, body, reconnect: true })
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
  ])('%s that %s fails the attempt, with its error as the cause', async (name, _, run) => {
    const { message, cause } = await wrongOf({ ...POST, [name]: run })
    expect(message).toBe(`the function "${name}" failed`)
    expect(cause).toBe(error)
  })

  it.each([
    ['headers', 'Bearer return-secret', 'What "headers" returned must be an object'],
    ['headers', null, 'What "headers" returned must be an object'],
    ['headers', () => ({}), 'What "headers" returned must be an object'],
    ['headers', { 'bad name': 'return-secret' }, 'The option "headers" has the name "bad name"'],
    ['headers', { 'X-One': 'return-secret\n' + 'x' }, 'The header "X-One" in the option "headers" holds a character'],
    ['body', { a: 'return-secret' }, 'pass JSON.stringify(…)'],
    ['body', 7, 'The option "body" must be '],
    ['body', () => 'return-secret', 'The option "body" must be '],
    ['resume', 'http://a.test/?return-secret', '"resume" must return an object or undefined, not '],
    ['resume', null, '"resume" must return an object or undefined, not null'],
    ['resume', [], '"resume" must return an object or undefined, not an array'],
    ['resume', { method: 'FETCH' }, 'The option "method" must be '],
    ['resume', { headers: 'return-secret' }, 'What "resume" returned as "headers" must be '],
    ['resume', { body: { a: 'return-secret' } }, 'pass JSON.stringify(…)'],
    ['resume', { url: 'http://[?return-secret' }, 'is not a valid URL'],
  ])('%s must not return %j', async (name, returned, why) => {
    const { message, cause } = await wrongOf({ ...POST, [name]: () => returned })
    expect(message).toBe(`the function "${name}" failed`)
    expect(String(cause)).toContain(why)
    expect(String(cause)).not.toContain('return-secret')
  })

  it('are not asked for what the attempt does not need', async () => {
    const body = vi.fn()
    await ask({ ...POST, body, resume: () => ({ method: 'GET' }) })
    await ask({ ...POST, body, resume: () => ({ body: 'other' }) })
    await ask({ ...POST, body, resume: () => ({ body: null }) })
    expect(body).not.toHaveBeenCalled()
  })
})

const URL_OF_SOURCE = 'http://a.test/streams/one?q=1#f'

/** What a POST becomes that is resumed so. */
async function resumed(given: ResumedRequest | undefined, options: object = {}) {
  const read = readOptions({
    method: 'POST',
    headers: { 'X-One': '1', Authorization: 'first', 'Content-Type': 'application/json', 'Content-Language': 'en' },
    body: '{}',
    resume: () => given,
    ...options,
  })
  const attempt = { attempt: 1, lastEventId: '7', failure: undefined }
  const { url, method, headers, body } = await requestParts(new URL(URL_OF_SOURCE), read, attempt, {
    isFirst: false,
    signal: new AbortController().signal,
    learn: () => undefined,
  })
  return { url: url.href, method, headers: toRecord(headers), body }
}

const OWN_HEADERS = {
  'X-One': '1',
  Authorization: 'first',
  'Content-Type': 'application/json',
  'Content-Language': 'en',
}
const OWN = { url: URL_OF_SOURCE, method: 'POST', headers: OWN_HEADERS, body: '{}' }

describe('a reconnection with "resume"', () => {
  it.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['members that are undefined', { url: undefined, method: undefined, headers: undefined, body: undefined }],
  ])('is the same request where "resume" returns %s', async (_, given) => {
    expect(await resumed(given)).toEqual(OWN)
  })

  it('is the same request too where a promise of nothing is returned', async () => {
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
  ])('may have another url, relative to that of the source: %s', async (url, target) => {
    expect(await resumed({ url })).toEqual({ ...OWN, url: target })
  })

  it('may have headers, which are merged over those of the option', async () => {
    const { headers } = await resumed({ headers: { authorization: 'second', 'X-Two': '2', 'X-One': undefined } })
    expect(headers).toEqual({
      'X-One': '1',
      authorization: 'second',
      'Content-Type': 'application/json',
      'Content-Language': 'en',
      'X-Two': '2',
    })
  })

  it('may have headers over those that a function returned', async () => {
    const headers = (): Record<string, string> => ({ 'X-One': 'fresh', 'X-Two': 'fresh' })
    expect((await resumed({ headers: { 'x-two': 'resumed' } }, { headers })).headers).toEqual({
      'X-One': 'fresh',
      'x-two': 'resumed',
    })
  })

  it('may have another body', async () => {
    expect(await resumed({ body: 'other' })).toEqual({ ...OWN, body: 'other' })
    expect(await resumed({ body: '' })).toEqual({ ...OWN, body: '' })
    const stream = new ReadableStream()
    expect(await resumed({ body: stream })).toEqual({ ...OWN, body: stream })
  })

  it('has no body where it is null', async () => {
    expect(await resumed({ body: null })).toMatchObject({ method: 'POST', body: undefined })
  })

  it.each(['GET', 'get', 'HEAD'])('by %s has no body, and no header that describes one', async (method) => {
    const without = { 'X-One': '1', Authorization: 'first' }
    const expected = { url: URL_OF_SOURCE, method: method.toUpperCase(), headers: without, body: undefined }
    expect(await resumed({ method })).toEqual(expected)
    expect(await resumed({ method, body: 'dropped' })).toEqual(expected)
    expect(await resumed({ method, body: null })).toEqual(expected)
  })

  it('by GET has the headers that "resume" itself returned', async () => {
    const { headers } = await resumed({ method: 'GET', headers: { 'X-Two': '2', authorization: 'second' } })
    expect(headers).toEqual({ 'X-One': '1', authorization: 'second', 'X-Two': '2' })
  })

  it('may be a POST where the first request was a GET', async () => {
    const options = { method: 'GET', body: undefined, headers: { 'Content-Language': 'en' } }
    expect(await resumed({ method: 'POST', body: 'text' }, options)).toEqual({
      url: URL_OF_SOURCE,
      method: 'POST',
      headers: { 'Content-Language': 'en' },
      body: 'text',
    })
    expect((await resumed({}, options)).headers).toEqual({ 'Content-Language': 'en' })
  })

  it('may leave out a stream that was sent already', async () => {
    const options = { body: new ReadableStream() }
    expect((await resumed({ method: 'GET' }, options)).body).toBeUndefined()
    expect((await resumed({ body: 'rest' }, options)).body).toBe('rest')
    await expect(resumed({}, options)).rejects.toThrow('which has been sent already')
  })

  it('changes nothing of the next one', async () => {
    const answers: (ResumedRequest | undefined)[] = [
      { url: '/two', method: 'GET', headers: { 'X-Two': '2' } },
      undefined,
    ]
    const resume = (): ResumedRequest | undefined => answers.shift()
    expect((await resumed(undefined, { resume })).url).toBe('http://a.test/two')
    expect(await resumed(undefined, { resume })).toEqual(OWN)
  })
})
