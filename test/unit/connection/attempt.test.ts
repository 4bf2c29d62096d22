/** What is asked of the caller for an attempt. */

import { describe, expect, it, vi } from 'vitest'
import { requestParts } from '../../../src/connection/attempt.ts'
import { CallerError } from '../../../src/connection/caller-error.ts'
import { toRecord } from '../../../src/connection/headers.ts'
import type { Attempt, EventSourceInit } from '../../../src/connection/options.ts'
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
