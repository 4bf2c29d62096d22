/** The option `resume`: what the request of a reconnection has instead. */

import { describe, expect, it } from 'vitest'
import { requestParts } from '../../../src/connection/attempt.ts'
import { toRecord } from '../../../src/connection/headers.ts'
import type { ResumedRequest } from '../../../src/connection/options.ts'
import { readOptions } from '../../../src/connection/read-options.ts'

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

describe('a reconnection', () => {
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
