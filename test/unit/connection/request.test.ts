/** What a request sends, and which of its parts are secrets. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { readHeaders, type RequestHeaders } from '../../../src/connection/headers.ts'
import {
  buildRequest,
  type FetchLikeInit,
  type RequestParts,
  type RequestSettings,
  secretsOf,
} from '../../../src/connection/request.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const { signal } = new AbortController()

const SETTINGS: RequestSettings = {
  withCredentials: false,
  manual: false,
  fetchOptions: {},
  lastEventId: undefined,
  lastEventIdParameter: undefined,
  signal,
}

function request(
  url: string,
  settings: Partial<RequestSettings> = {},
  parts: Partial<RequestParts> = {},
): { url: string; init: FetchLikeInit } {
  const asked = {
    url: parts.url ?? new URL(url),
    method: 'GET',
    headers: readHeaders(undefined, true),
    body: undefined,
    ...parts,
  }
  const [href, init] = buildRequest(asked, { ...SETTINGS, ...settings })
  return { url: href, init }
}

function headersFor(url: string, lastEventId?: string, callers: RequestHeaders = {}): Record<string, string> {
  return request(url, { lastEventId }, { headers: readHeaders(callers, true) }).init.headers
}

describe('a request', () => {
  it('is a GET in mode cors that follows redirects and bypasses caches', () => {
    expect(request('http://a.test/').init).toMatchObject({
      method: 'GET',
      mode: 'cors',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'follow',
    })
  })

  it('includes credentials when they are asked for', () => {
    expect(request('http://a.test/', { withCredentials: true }).init.credentials).toBe('include')
  })

  it('has a plain object of headers, which a caller can spread', () => {
    const { headers } = request('http://a.test/').init
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
    expect(headers).toEqual({ Accept: 'text/event-stream', 'Cache-Control': 'no-cache' })
  })

  it('carries the signal', () => {
    expect(request('http://a.test/').init.signal).toBe(signal)
  })

  it.each([
    ['http://a.test/x#fragment', 'http://a.test/x'],
    ['http://a.test/x#', 'http://a.test/x'],
    ['http://a.test/x?q=1&r=%20#f', 'http://a.test/x?q=1&r=%20'],
    ['http://a.test/x?', 'http://a.test/x?'],
    ['data:text/event-stream,data:1#f', 'data:text/event-stream,data:1'],
  ])('for %s goes to %s', (given, sent) => {
    expect(request(given).url).toBe(sent)
  })

  it('leaves the URL it was made from alone', () => {
    const url = new URL('http://user:password@a.test/x#fragment')
    request('', {}, { url })
    expect(url.href).toBe('http://user:password@a.test/x#fragment')
  })
})

describe('Last-Event-ID', () => {
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
    expect(headersFor('http://a.test/', lastEventId)['Last-Event-ID']).toBe(sent)
  })

  it('is the id itself where the runtime takes any text and encodes it, as workerd does', () => {
    vi.stubGlobal('Headers', Object)
    expect(headersFor('http://a.test/', '…')['Last-Event-ID']).toBe('…')
  })

  it('is a value that Headers take, whatever the id', () => {
    for (let code = 0; code < 0x300; code++) {
      expect(() => new Headers(headersFor('http://a.test/', `a${String.fromCharCode(code)}b`))).not.toThrow()
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
    ['bytes that are no UTF-8', 'http://user:%FF%fe@a.test/', 'user:\xff\xfe'],
    ['a percent sign that encodes nothing', 'http://user:100%@a.test/', 'user:100%'],
    ['a decoded percent sign, which is not decoded again', 'http://user:%2541@a.test/', 'user:%41'],
  ])('with %s go out as basic authentication', (_, given, bytes) => {
    const { url, init } = request(given)
    expect(url).toBe('http://a.test/')
    expect(init.headers.Authorization).toBe(`Basic ${Buffer.from(bytes, 'latin1').toString('base64')}`)
  })

  it('are not sent where there are none', () => {
    expect(headersFor('http://a.test/')).not.toHaveProperty('Authorization')
  })
})

/** Browsers keep pages from setting certain headers, and drop them without a word. */
class BrowserRequest extends Request {
  constructor(input: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers)
    headers.delete('Origin')
    super(input, { ...init, headers })
  }
}

/** Workers throw for members that they cannot honour. */
class WorkerRequest extends Request {
  constructor(input: string, init: RequestInit = {}) {
    for (const name of ['mode', 'credentials'] as const) {
      if (init[name] !== undefined)
        throw new Error(`The '${name}' field on 'RequestInitializerDict' is not implemented.`)
    }
    super(input, init)
  }
}

describe('in a browser', () => {
  it('there is no Cache-Control, which would cost a preflight', () => {
    vi.stubGlobal('Request', BrowserRequest)
    expect(headersFor('http://a.test/', '1')).toEqual({ Accept: 'text/event-stream', 'Last-Event-ID': '1' })
  })
})

describe('in a runtime that rejects members of the init', () => {
  it('they are left out and the others stay', () => {
    vi.stubGlobal('Request', WorkerRequest)
    const { init } = request('http://a.test/', { withCredentials: true })
    expect(init).not.toHaveProperty('mode')
    expect(init).not.toHaveProperty('credentials')
    expect(init).toMatchObject({ method: 'GET', cache: 'no-store', redirect: 'follow' })
    expect(init.headers).toHaveProperty('Cache-Control', 'no-cache')
  })
})

describe('in a runtime without Request', () => {
  it('everything is sent along', () => {
    vi.stubGlobal('Request', undefined)
    const { init } = request('http://a.test/')
    expect(init).toMatchObject({ mode: 'cors', credentials: 'same-origin', cache: 'no-store' })
    expect(init.headers).toHaveProperty('Cache-Control', 'no-cache')
  })
})

describe('members that keep an idle body alive', () => {
  it('are a dispatcher in Node', () => {
    expect(request('http://a.test/').init).toHaveProperty('dispatcher.dispatch')
  })

  it('are `timeout: false` in Bun', () => {
    vi.stubGlobal('process', { versions: { bun: '1.4.5' } })
    vi.stubGlobal('Bun', {})
    const { init } = request('http://a.test/')
    expect(init).toHaveProperty('timeout', false)
    expect(init).not.toHaveProperty('dispatcher')
  })

  it.each([
    ['process', undefined],
    ['process', {}],
    ['process', { versions: {} }],
  ])('are none elsewhere (%s: %j)', (name, value) => {
    vi.stubGlobal(name, value)
    const { init } = request('http://a.test/')
    expect(init).not.toHaveProperty('timeout')
    expect(init).not.toHaveProperty('dispatcher')
  })
})

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
