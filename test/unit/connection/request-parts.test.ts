/** What of the caller's goes out, and what of it no error may show. */

import { describe, expect, it } from 'vitest'
import { readHeaders, type RequestHeaders } from '../../../src/connection/headers.ts'
import {
  buildRequest,
  type FetchLikeInit,
  type RequestParts,
  type RequestSettings,
  secretsOf,
} from '../../../src/connection/request.ts'

const SETTINGS: RequestSettings = {
  withCredentials: false,
  manual: false,
  fetchOptions: {},
  lastEventId: undefined,
  lastEventIdParameter: undefined,
  signal: new AbortController().signal,
}

function parts(
  url: string,
  given: Partial<Omit<RequestParts, 'headers'>> & { headers?: RequestHeaders },
): RequestParts {
  return { url: new URL(url), method: 'GET', body: undefined, ...given, headers: readHeaders(given.headers, true) }
}

/** A request to `http://a.test/`. */
function initOf(given: Parameters<typeof parts>[1], settings: Partial<RequestSettings> = {}): FetchLikeInit {
  return buildRequest(parts('http://a.test/', given), { ...SETTINGS, ...settings })[1]
}

describe("the caller's headers", () => {
  it('win over ours, whatever the case of their names, and keep it', () => {
    const { headers } = initOf({
      headers: { ACCEPT: 'text/event-stream, application/json', 'cache-control': 'no-store' },
    })
    expect(headers).toEqual({ ACCEPT: 'text/event-stream, application/json', 'cache-control': 'no-store' })
  })

  it("win over the URL's user and password", () => {
    const given = parts('http://user:password@a.test/', { headers: { authorization: 'Bearer x' } })
    const [url, { headers }] = buildRequest(given, SETTINGS)
    expect(url).toBe('http://a.test/')
    expect(headers).toEqual({ Accept: 'text/event-stream', 'Cache-Control': 'no-cache', authorization: 'Bearer x' })
  })

  it('may name where the stream starts, until the stream has an id', () => {
    const headers = { 'last-event-id': 'mine' }
    expect(initOf({ headers }).headers).toHaveProperty('last-event-id', 'mine')
    const later = initOf({ headers }, { lastEventId: '7' }).headers
    expect(later).toHaveProperty('Last-Event-ID', '7')
    expect(later).not.toHaveProperty('last-event-id')
  })

  it('name it no longer when the stream has reset its id, or has one that no header can hold', () => {
    for (const lastEventId of ['', 'a\x01b']) {
      const { headers } = initOf({ headers: { 'Last-Event-ID': 'mine' } }, { lastEventId })
      expect(Object.keys(headers)).toEqual(['Accept', 'Cache-Control'])
    }
  })
})

describe('the method and the body', () => {
  it('go out as they are', () => {
    const body = new URLSearchParams('a=b')
    expect(initOf({ method: 'POST', body })).toMatchObject({ method: 'POST', body })
    expect(initOf({ method: 'POST', body }).body).toBe(body)
  })

  it('are a GET and no member at all where there is none', () => {
    expect(initOf({})).not.toHaveProperty('body')
    expect(initOf({})).not.toHaveProperty('duplex')
  })

  it('an empty text is a body', () => {
    expect(initOf({ method: 'POST', body: '' })).toHaveProperty('body', '')
  })

  it('a stream is sent half duplex, as fetch demands', () => {
    expect(initOf({ method: 'POST', body: new ReadableStream() })).toHaveProperty('duplex', 'half')
    expect(initOf({ method: 'POST', body: 'text' })).not.toHaveProperty('duplex')
  })
})

describe('redirects', () => {
  it('are followed by fetch, or left to us', () => {
    expect(initOf({}, { manual: false }).redirect).toBe('follow')
    expect(initOf({}, { manual: true }).redirect).toBe('manual')
  })
})

describe('other members for fetch', () => {
  it('go along', () => {
    expect(initOf({}, { fetchOptions: { keepalive: true, referrerPolicy: 'origin' } })).toMatchObject({
      keepalive: true,
      referrerPolicy: 'origin',
    })
  })

  it('may replace the mode and the cache, which have no option of their own', () => {
    expect(initOf({}, { fetchOptions: { mode: 'same-origin', cache: 'reload' } })).toMatchObject({
      mode: 'same-origin',
      cache: 'reload',
    })
  })
})

describe('the query parameter for the last event ID', () => {
  it.each([
    ['begins the query', 'http://a.test/x', '7', 'http://a.test/x?from=7'],
    ['is appended to one', 'http://a.test/x?a=b', '7', 'http://a.test/x?a=b&from=7'],
    ['follows a bare question mark', 'http://a.test/x?', '7', 'http://a.test/x?from=7'],
    ['follows an ampersand', 'http://a.test/x?a&', '7', 'http://a.test/x?a&from=7'],
    [
      'leaves the bytes of the query as they are',
      'http://a.test/x?b=%7e+%20&a=(!)',
      '7',
      'http://a.test/x?b=%7e+%20&a=(!)&from=7',
    ],
    ['does not replace one of its name', 'http://a.test/x?from=1', '7', 'http://a.test/x?from=1&from=7'],
    ['comes before no fragment', 'http://a.test/x#f?g', '7', 'http://a.test/x?from=7'],
    ['is encoded', 'http://a.test/x', 'a&b=c d…', 'http://a.test/x?from=a%26b%3Dc%20d%E2%80%A6'],
    ['is left out where the id is empty', 'http://a.test/x?a', '', 'http://a.test/x?a'],
    ['is left out where there is no id', 'http://a.test/x', undefined, 'http://a.test/x'],
    ['is left out of what is no HTTP URL', 'data:text/event-stream,', '7', 'data:text/event-stream,'],
    ['holds what no header can', 'http://a.test/x', 'a\x01', 'http://a.test/x?from=a%01'],
  ])('%s', (_, url, lastEventId, sent) => {
    const settings = { ...SETTINGS, lastEventId, lastEventIdParameter: 'from' }
    const [href, { headers }] = buildRequest(parts(url, {}), settings)
    expect(href).toBe(sent)
    expect(Object.keys(headers)).toEqual(['Accept', 'Cache-Control'])
  })

  it('has a name that is encoded', () => {
    const settings = { ...SETTINGS, lastEventId: '7', lastEventIdParameter: 'a b&c' }
    expect(buildRequest(parts('http://a.test/', {}), settings)[0]).toBe('http://a.test/?a%20b%26c=7')
  })

  it("takes the place of the caller's header once the stream has an id", () => {
    const settings = { ...SETTINGS, lastEventId: '7', lastEventIdParameter: 'from' }
    const [, { headers }] = buildRequest(parts('http://a.test/', { headers: { 'Last-Event-ID': 'mine' } }), settings)
    expect(headers).not.toHaveProperty('Last-Event-ID')
  })
})

function secretsIn({ url, headers }: RequestParts): string[] {
  return secretsOf(url, headers)
}

describe('the secrets of a request', () => {
  it.each([
    ['the value of a header', 'http://a.test/', { 'X-Key': 'key-1' }, ['key-1']],
    ['a token, without its scheme', 'http://a.test/', { Authorization: 'Bearer token' }, ['token']],
    ['each cookie', 'http://a.test/', { Cookie: 'a=cookie-1; b=cookie-2' }, ['cookie-1', 'cookie-2']],
    ['each parameter, decoded or not', 'http://a.test/?a=p%40rameter', {}, ['p%40rameter', 'p@rameter']],
    ['the query', 'http://a.test/?token=x', {}, ['?token=x']],
    ['user and password', 'http://user:p%40ss@a.test/', {}, ['user', 'p%40ss', 'p@ss']],
    ['what they become in the header', 'http://user:password@a.test/', {}, [btoa('user:password')]],
  ])('are %s', (_, url, headers, secrets) => {
    expect(secretsIn(parts(url, { headers }))).toEqual(expect.arrayContaining(secrets))
  })

  it('are no texts so short that they stand in any word', () => {
    expect(secretsIn(parts('http://a:b@a.test/?c', { headers: { 'X-Key': 'abc' } }))).not.toContain('abc')
    expect(secretsIn(parts('http://a:b@a.test/?c', {})).filter(({ length }) => length < 4)).toEqual([])
  })

  it('are no names and no words that everybody uses', () => {
    const headers = {
      Authorization: 'Bearer token-1234',
      'Content-Type': 'application/json',
      Accept: 'text/event-stream',
    }
    const secrets = secretsIn(parts('http://a.test/?stream=true&failed=1', { headers }))
    for (const word of ['Bearer', 'stream', 'failed', 'true', 'application/json', 'text/event-stream']) {
      expect(secrets).not.toContain(word)
    }
  })

  it('are not the path and the host', () => {
    expect(secretsIn(parts('http://a.test/path', {}))).toEqual([])
  })
})
