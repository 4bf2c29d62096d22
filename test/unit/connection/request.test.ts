/** Arguments for `fetch`. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readHeaders, type RequestHeaders } from '../../../src/connection/headers.ts'
import type { EventSourceInit } from '../../../src/connection/options.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import { buildRequest, type FetchLikeInit, type RequestParts } from '../../../src/connection/request.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const { signal } = new AbortController()

/** Options that the request depends on. */
type Settings = Pick<EventSourceInit, 'withCredentials' | 'redirect' | 'fetchOptions' | 'lastEventIdParameter'>

interface Given extends Partial<Omit<RequestParts, 'headers' | 'url'>> {
  url?: string | URL
  headers?: RequestHeaders
  lastEventId?: string | undefined
}

/** Arguments for `fetch` with these options; by default, a GET of `http://a.test/`. */
function request(
  { url = 'http://a.test/', headers, lastEventId, ...others }: Given,
  settings: Settings = {},
): { url: string; init: FetchLikeInit } {
  const parts: RequestParts = {
    url: url instanceof URL ? url : new URL(url),
    method: 'GET',
    headers: readHeaders(headers, true),
    body: undefined,
    ...others,
  }
  const [href, init] = buildRequest(parts, readOptions(settings), lastEventId, signal)
  return { url: href, init }
}

function headersFor(lastEventId?: string): Record<string, string> {
  return request({ lastEventId }).init.headers
}

describe('request', () => {
  it('is a GET in cors mode that follows redirects and bypasses caches', () => {
    expect(request({}).init).toMatchObject({
      method: 'GET',
      mode: 'cors',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'follow',
    })
  })

  it('includes credentials if requested', () => {
    expect(request({}, { withCredentials: true }).init.credentials).toBe('include')
  })

  it('has headers in a plain object, which a custom fetch can spread', () => {
    const { headers } = request({}).init
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
    expect(headers).toEqual({ Accept: 'text/event-stream', 'Cache-Control': 'no-cache' })
  })

  it('has the signal', () => {
    expect(request({}).init.signal).toBe(signal)
  })

  it.each([
    ['http://a.test/x#fragment', 'http://a.test/x'],
    ['http://a.test/x#', 'http://a.test/x'],
    ['http://a.test/x?q=1&r=%20#f', 'http://a.test/x?q=1&r=%20'],
    ['http://a.test/x?', 'http://a.test/x?'],
    ['data:text/event-stream,data:1#f', 'data:text/event-stream,data:1'],
  ])('for %s is sent to %s', (given, sent) => {
    expect(request({ url: given }).url).toBe(sent)
  })

  it('does not modify the given URL', () => {
    const url = new URL('http://user:password@a.test/x#fragment')
    request({ url })
    expect(url.href).toBe('http://user:password@a.test/x#fragment')
  })
})

describe('Last-Event-ID header', () => {
  it.each([
    ['an empty id', '', undefined],
    ['an ASCII id', 'abc-1', 'abc-1'],
    ['a Latin-1 id', 'ü', '\xc3\xbc'],
    ['an id outside Latin-1', '…', '\xe2\x80\xa6'],
    ['an astral id', '🚀', '\xf0\x9f\x9a\x80'],
    ['an id of C1 control characters, whose UTF-8 bytes a header can hold', '\x85', '\xc2\x85'],
    ['an id with a tab', 'a\tb', 'a\tb'],
    ['an id with a NUL', 'a\0b', undefined],
    ['an id with a control character', 'a\x01b', undefined],
    ['an id with a line feed', 'a\nb', undefined],
    ['an id with a carriage return', 'a\rb', undefined],
    ['an id with an escape', '\x1b[2J', undefined],
    ['an id with a delete', 'a\x7fb', undefined],
    ['a control character next to text that is not ASCII', '…\x02', undefined],
  ])('for %s', (_, lastEventId, sent) => {
    expect(headersFor(lastEventId)['Last-Event-ID']).toBe(sent)
  })

  it('is the unencoded ID in runtimes that encode any text themselves, such as workerd', () => {
    vi.stubGlobal('Headers', Object)
    expect(headersFor('…')['Last-Event-ID']).toBe('…')
  })

  it('is accepted by Headers for any ID', () => {
    for (let code = 0; code < 0x300; code++) {
      expect(() => new Headers(headersFor(`a${String.fromCharCode(code)}b`))).not.toThrow()
    }
  })
})

describe('credentials in the URL', () => {
  it.each([
    ['user and password', 'http://user:password@a.test/', 'user:password'],
    ['only a user', 'http://user@a.test/', 'user:'],
    ['only a password', 'http://:password@a.test/', ':password'],
    ['percent-encoded ones', 'http://us%20er:p%40ss%2Fw@a.test/', 'us er:p@ss/w'],
    ['a colon in the password', 'http://user:a:b@a.test/', 'user:a:b'],
    ['an encoded colon', 'http://user:a%3Ab@a.test/', 'user:a:b'],
    ['text that is not ASCII, as UTF-8', 'http://üser:pä@a.test/', '\xc3\xbcser:p\xc3\xa4'],
    ['bytes that are not UTF-8', 'http://user:%FF%fe@a.test/', 'user:\xff\xfe'],
    ['a percent sign that encodes nothing', 'http://user:100%@a.test/', 'user:100%'],
    ['a decoded percent sign, which is not decoded again', 'http://user:%2541@a.test/', 'user:%41'],
  ])('with %s are sent as Basic authentication', (_, given, bytes) => {
    const { url, init } = request({ url: given })
    expect(url).toBe('http://a.test/')
    expect(init.headers.Authorization).toBe(`Basic ${Buffer.from(bytes, 'latin1').toString('base64')}`)
  })

  it('are not sent if there are none', () => {
    expect(headersFor()).not.toHaveProperty('Authorization')
  })
})

/** Like a browser, silently drops headers that scripts must not set. */
class BrowserRequest extends Request {
  constructor(input: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers)
    headers.delete('Origin')
    super(input, { ...init, headers })
  }
}

/** Like Workers, throws for unsupported members. */
class WorkerRequest extends Request {
  constructor(input: string, init: RequestInit = {}) {
    for (const name of ['mode', 'credentials'] as const) {
      if (init[name] !== undefined)
        throw new Error(`The '${name}' field on 'RequestInitializerDict' is not implemented.`)
    }
    super(input, init)
  }
}

describe('request in a browser', () => {
  it('has no Cache-Control, which would require a preflight', () => {
    vi.stubGlobal('Request', BrowserRequest)
    expect(headersFor('1')).toEqual({ Accept: 'text/event-stream', 'Last-Event-ID': '1' })
  })
})

describe('request in a runtime that rejects members of the init', () => {
  it('omits these members and keeps the others', () => {
    vi.stubGlobal('Request', WorkerRequest)
    const { init } = request({}, { withCredentials: true })
    expect(init).not.toHaveProperty('mode')
    expect(init).not.toHaveProperty('credentials')
    expect(init).toMatchObject({ method: 'GET', cache: 'no-store', redirect: 'follow' })
    expect(init.headers).toHaveProperty('Cache-Control', 'no-cache')
  })
})

describe('request in a runtime without Request', () => {
  it('has all members', () => {
    vi.stubGlobal('Request', undefined)
    const { init } = request({})
    expect(init).toMatchObject({ mode: 'cors', credentials: 'same-origin', cache: 'no-store' })
    expect(init.headers).toHaveProperty('Cache-Control', 'no-cache')
  })
})

describe('members that turn off body timeouts', () => {
  it('are a dispatcher in Node', () => {
    expect(request({}).init).toHaveProperty('dispatcher.dispatch')
  })

  it('are `timeout: false` in Bun', () => {
    vi.stubGlobal('process', { versions: { bun: '1.4.5' } })
    vi.stubGlobal('Bun', {})
    const { init } = request({})
    expect(init).toHaveProperty('timeout', false)
    expect(init).not.toHaveProperty('dispatcher')
  })

  it.each([
    ['process', undefined],
    ['process', {}],
    ['process', { versions: {} }],
  ])('are absent elsewhere (%s: %j)', (name, value) => {
    vi.stubGlobal(name, value)
    const { init } = request({})
    expect(init).not.toHaveProperty('timeout')
    expect(init).not.toHaveProperty('dispatcher')
  })
})

function initOf(given: Given, settings: Settings = {}): FetchLikeInit {
  return request(given, settings).init
}

describe('headers option', () => {
  it('overrides the defaults case-insensitively and keeps the case of its names', () => {
    const { headers } = initOf({
      headers: { ACCEPT: 'text/event-stream, application/json', 'cache-control': 'no-store' },
    })
    expect(headers).toEqual({ ACCEPT: 'text/event-stream, application/json', 'cache-control': 'no-store' })
  })

  it("overrides the URL's user and password", () => {
    const { url, init } = request({ url: 'http://user:password@a.test/', headers: { authorization: 'Bearer x' } })
    expect(url).toBe('http://a.test/')
    expect(init.headers).toEqual({
      Accept: 'text/event-stream',
      'Cache-Control': 'no-cache',
      authorization: 'Bearer x',
    })
  })

  it('may set Last-Event-ID until the stream sends an ID', () => {
    const headers = { 'last-event-id': 'mine' }
    expect(initOf({ headers }).headers).toHaveProperty('last-event-id', 'mine')
    const later = initOf({ headers, lastEventId: '7' }).headers
    expect(later).toHaveProperty('Last-Event-ID', '7')
    expect(later).not.toHaveProperty('last-event-id')
  })

  it('loses its Last-Event-ID if the stream resets its ID or sends one that a header cannot hold', () => {
    for (const lastEventId of ['', 'a\x01b']) {
      const { headers } = initOf({ headers: { 'Last-Event-ID': 'mine' }, lastEventId })
      expect(Object.keys(headers)).toEqual(['Accept', 'Cache-Control'])
    }
  })
})

describe('method and body', () => {
  it('are sent unchanged', () => {
    const body = new URLSearchParams('a=b')
    expect(initOf({ method: 'POST', body })).toMatchObject({ method: 'POST', body })
    expect(initOf({ method: 'POST', body }).body).toBe(body)
  })

  it('default to GET and no "body" member', () => {
    expect(initOf({})).not.toHaveProperty('body')
    expect(initOf({})).not.toHaveProperty('duplex')
  })

  it('an empty string counts as a body', () => {
    expect(initOf({ method: 'POST', body: '' })).toHaveProperty('body', '')
  })

  it('a stream is sent half duplex, as fetch requires', () => {
    expect(initOf({ method: 'POST', body: new ReadableStream() })).toHaveProperty('duplex', 'half')
    expect(initOf({ method: 'POST', body: 'text' })).not.toHaveProperty('duplex')
  })
})

describe('redirects', () => {
  it('are followed by fetch with "follow" only', () => {
    expect(initOf({}, { redirect: 'follow' }).redirect).toBe('follow')
    expect(initOf({}, { redirect: 'error' }).redirect).toBe('manual')
    expect(initOf({}, { redirect: 'same-origin' }).redirect).toBe('manual')
  })
})

describe('fetchOptions', () => {
  it('are passed to fetch', () => {
    expect(initOf({}, { fetchOptions: { keepalive: true, referrerPolicy: 'origin' } })).toMatchObject({
      keepalive: true,
      referrerPolicy: 'origin',
    })
  })

  it('may override mode and cache', () => {
    expect(initOf({}, { fetchOptions: { mode: 'same-origin', cache: 'reload' } })).toMatchObject({
      mode: 'same-origin',
      cache: 'reload',
    })
  })
})

describe('query parameter for the last event ID', () => {
  it.each([
    ['starts the query', 'http://a.test/x', '7', 'http://a.test/x?from=7'],
    ['is appended to a query', 'http://a.test/x?a=b', '7', 'http://a.test/x?a=b&from=7'],
    ['follows a bare question mark', 'http://a.test/x?', '7', 'http://a.test/x?from=7'],
    ['follows an ampersand', 'http://a.test/x?a&', '7', 'http://a.test/x?a&from=7'],
    [
      'leaves the bytes of the query unchanged',
      'http://a.test/x?b=%7e+%20&a=(!)',
      '7',
      'http://a.test/x?b=%7e+%20&a=(!)&from=7',
    ],
    ['replaces the value in the URL', 'http://a.test/x?a&from=1&b', '7', 'http://a.test/x?a&from=7&b'],
    ['replaces all values in the URL', 'http://a.test/x?from=1&a&from=2&from', '7', 'http://a.test/x?from=7&a'],
    ['replaces one without a value', 'http://a.test/x?from', '7', 'http://a.test/x?from=7'],
    ['replaces one with an encoded name', 'http://a.test/x?a&fr%6fm=1&', '7', 'http://a.test/x?a&from=7&'],
    ['leaves longer names unchanged', 'http://a.test/x?froms=1', '7', 'http://a.test/x?froms=1&from=7'],
    ['leaves a name that starts with "?" unchanged', 'http://a.test/x??from=1', '7', 'http://a.test/x??from=1&from=7'],
    ['leaves stray percent signs unchanged', 'http://a.test/x?%&%zz=%', '7', 'http://a.test/x?%&%zz=%&from=7'],
    ['is removed if the ID is empty', 'http://a.test/x?a&from=1&b', '', 'http://a.test/x?a&b'],
    ['is removed along with an otherwise empty query', 'http://a.test/x?from=1', '', 'http://a.test/x'],
    ['is unchanged if there is no ID', 'http://a.test/x?from=1', undefined, 'http://a.test/x?from=1'],
    ['leaves an empty query unchanged if the ID is empty', 'http://a.test/x?', '', 'http://a.test/x?'],
    ['replaces a fragment', 'http://a.test/x#f?g', '7', 'http://a.test/x?from=7'],
    ['is encoded', 'http://a.test/x', 'a&b=c d…', 'http://a.test/x?from=a%26b%3Dc%20d%E2%80%A6'],
    ['is omitted if the ID is empty', 'http://a.test/x?a', '', 'http://a.test/x?a'],
    ['is omitted if there is no ID', 'http://a.test/x', undefined, 'http://a.test/x'],
    ['is omitted if the URL is not HTTP', 'data:text/event-stream,', '7', 'data:text/event-stream,'],
    ['may contain characters that a header cannot', 'http://a.test/x', 'a\x01', 'http://a.test/x?from=a%01'],
  ])('%s', (_, url, lastEventId, sent) => {
    const sentRequest = request({ url, lastEventId }, { lastEventIdParameter: 'from' })
    expect(sentRequest.url).toBe(sent)
    expect(Object.keys(sentRequest.init.headers)).toEqual(['Accept', 'Cache-Control'])
  })

  it('has an encoded name', () => {
    const { url } = request({ lastEventId: '7' }, { lastEventIdParameter: 'a b&c' })
    expect(url).toBe('http://a.test/?a%20b%26c=7')
  })

  it("replaces the caller's Last-Event-ID header once the stream has sent an ID", () => {
    const given = { headers: { 'Last-Event-ID': 'mine' }, lastEventId: '7' }
    const { headers } = initOf(given, { lastEventIdParameter: 'from' })
    expect(headers).not.toHaveProperty('Last-Event-ID')
  })
})
