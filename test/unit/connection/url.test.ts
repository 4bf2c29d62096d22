/** Parsing URLs, and showing them in messages. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { isFetchable, parseURL, displayURL, withoutCredentials } from '../../../src/connection/url.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function errorFor(input: string): DOMException {
  try {
    parseURL(input)
  } catch (error) {
    return error as DOMException
  }
  throw new Error(`"${input}" was taken for a URL`)
}

describe('invalid URL', () => {
  it.each(['', '/x', 'x', '//host/x', 'http://[', 'http://', 'http://a b/', 'http://a:99999/', 'http://a%20b/'])(
    'throws a DOMException named SyntaxError: %j',
    (input) => {
      expect(errorFor(input)).toBeInstanceOf(DOMException)
      expect(errorFor(input).name).toBe('SyntaxError')
    },
  )

  it('is shown with a hint if there is no base URL', () => {
    expect(errorFor('/x').message).toBe('Invalid URL "/x": without a base URL it must be absolute')
  })

  it('is shown with the base URL', () => {
    vi.stubGlobal('location', { href: 'http://a.test/dir/' })
    expect(errorFor('http://[').message).toBe('Invalid URL "http://[" relative to http://a.test/dir/')
  })

  it('is shown with the base URL without its password and query', () => {
    vi.stubGlobal('location', { href: 'http://user:secret@a.test/page?token=secret#secret' })
    expect(errorFor('http://[').message).toBe('Invalid URL "http://[" relative to http://a.test/page')
  })

  it.each([
    'http://user:se/cret@a.test/',
    'http://user:x@secret@[/',
    'http://user:secret#x@a.test/',
    'http://user:secret?x@a.test/',
    'http:/user:secret@[/',
    'http:user:secret@[/',
    String.raw`https:\\user:secret@[/`,
  ])('is shown without its password even if the parser found none: %s', (input) => {
    expect(errorFor(input).message).toMatch(/^Invalid URL "https?:…"/)
  })

  it.each([
    'http://user:secret@[/x',
    'http://user:secret@a b/x',
    '//user:secret@a/x',
    'http://[/x?secret',
    'http://[/x?a=b&token=secret#x',
    'http://[/x#secret',
    '/x?secret',
    '/x?a\nsecret',
  ])('is shown without password, query and fragment: %j', (input) => {
    expect(errorFor(input).message).not.toContain('secret')
  })

  it('throws an Error named SyntaxError if there is no DOMException', () => {
    vi.stubGlobal('DOMException', undefined)
    expect(errorFor('/x')).toBeInstanceOf(Error)
    expect(errorFor('/x').name).toBe('SyntaxError')
  })
})

describe('base URL', () => {
  it('is the location of a worker', () => {
    vi.stubGlobal('location', { href: 'http://a.test/dir/worker.js' })
    expect(parseURL('stream?x#f').href).toBe('http://a.test/dir/stream?x#f')
    expect(parseURL('').href).toBe('http://a.test/dir/worker.js')
  })

  it('is the baseURI of a document, which respects <base>', () => {
    vi.stubGlobal('location', { href: 'http://a.test/page' })
    vi.stubGlobal('document', { baseURI: 'https://b.test/base/' })
    expect(parseURL('stream').href).toBe('https://b.test/base/stream')
    expect(parseURL('/stream').href).toBe('https://b.test/stream')
    expect(parseURL('').href).toBe('https://b.test/base/')
  })

  it('is read for each construction', () => {
    vi.stubGlobal('document', { baseURI: 'http://a.test/' })
    expect(parseURL('x').href).toBe('http://a.test/x')
    vi.stubGlobal('document', { baseURI: 'http://b.test/' })
    expect(parseURL('x').href).toBe('http://b.test/x')
  })

  it.each([
    ['an empty location', { href: '' }, undefined],
    ['a location without href', {}, undefined],
    ['a relative location', { href: '/page' }, undefined],
    ['a document without baseURI', undefined, {}],
    ['a document with an empty baseURI', undefined, { baseURI: '' }],
    ['a document whose baseURI is not a string', { href: '' }, { baseURI: 1 }],
    ['a document that throws', undefined, { get baseURI() { throw new Error('a stub') } }], // prettier-ignore
  ])('is missing with %s, so URLs must be absolute', (_, location, document) => {
    vi.stubGlobal('location', location)
    vi.stubGlobal('document', document)
    expect(parseURL('http://b.test/x').href).toBe('http://b.test/x')
    expect(errorFor('/x')).toBeInstanceOf(DOMException)
    expect(errorFor('/x')).toMatchObject({
      name: 'SyntaxError',
      message: 'Invalid URL "/x": without a base URL it must be absolute',
    })
  })

  it('is the location if the document has no baseURI', () => {
    vi.stubGlobal('document', { baseURI: '' })
    vi.stubGlobal('location', { href: 'http://a.test/dir/' })
    expect(parseURL('x').href).toBe('http://a.test/dir/x')
  })

  it.each([
    ['no elements', {}],
    ['stubbed elements', { createElement: () => ({}) }],
    ['elements without a URL', { createElement: () => Object.defineProperty({}, 'href', { set: () => undefined }) }],
    ['elements that throw', { createElement: () => { throw new Error('a stub') } }], // prettier-ignore
  ])("is used without the document's encoding if it has %s", (_, document) => {
    vi.stubGlobal('document', { baseURI: 'http://a.test/', characterSet: 'windows-1252', ...document })
    expect(parseURL('/x?ä').href).toBe('http://a.test/x?%C3%A4')
  })

  it('does not affect an absolute URL', () => {
    vi.stubGlobal('document', { baseURI: 'http://a.test/' })
    expect(parseURL('http://b.test/x').href).toBe('http://b.test/x')
  })
})

describe('percent sign in the host', () => {
  /** Chromium's URL parser accepts spaces in a host. */
  class ChromiumURL extends URL {
    override get host(): string {
      return 'a%20b'
    }
  }

  it.each(['http://a.test/', 'https://a.test/'])('is rejected for %s', (input) => {
    vi.stubGlobal('URL', ChromiumURL)
    expect(errorFor(input).name).toBe('SyntaxError')
  })

  it('is allowed for non-special schemes', () => {
    expect(parseURL('foo://a%20b/').host).toBe('a%20b')
  })
})

describe('fetchable', () => {
  it.each([
    ['http://a.test/', true],
    ['https://a.test/', true],
    ['data:text/event-stream,data', true],
    ['blob:http://a.test/4711', true],
    ['ftp://a.test/', false],
    ['file:///etc/hosts', false],
    ['about:blank', false],
    ['mailto:a@b.test', false],
    ['javascript:0', false],
    ['ws://a.test/', false],
    ['httpx://a.test/', false],
  ])('%s: %s', (url, fetchable) => {
    expect(isFetchable(new URL(url))).toBe(fetchable)
  })
})

describe('presentable', () => {
  it.each([
    ['http://user:password@a.test:8080/x/y?query#fragment', 'http://a.test:8080/x/y'],
    ['https://a.test', 'https://a.test/'],
    ['data:text/event-stream,data:%20secret', 'data:…'],
    ['ftp://user:password@a.test/x', 'ftp://a.test/x'],
    ['about:blank', 'about:blank'],
    ['mailto:a@b.test?subject=secret', 'mailto:…'],
    ['admin:password@a.test/stream', 'admin:…'],
    ['wss://a.test/x?token=secret', 'wss://a.test/x'],
    ['file:///etc/hosts', 'file:…'],
  ])('shows %s as %s', (url, shown) => {
    expect(displayURL(new URL(url))).toBe(shown)
  })
})

describe('URL without its user', () => {
  it.each([
    'http://a.test/',
    'http://a.test/x@y?b@c#d@e',
    'http://user@a.test:81/?b#c',
    'http://user:pass@a.test/x',
    'http://:pass@a.test/x',
    'http://u%40:p%2F@x/:@[::1]:8080/x@y',
    'http://u:p@q@a.test/',
    'ftp://user:pass@a.test/x',
    'custom://user:pass@host/x',
    'data:text/plain,//a@b',
    'blob:http://a.test/x@y',
    'file:///x@y',
    'about:blank',
  ])('is formatted like the URL class does: %s', (href) => {
    const url = new URL(href)
    const shown = withoutCredentials(url)
    url.username = url.password = ''
    expect(shown).toBe(url.href)
  })
})
