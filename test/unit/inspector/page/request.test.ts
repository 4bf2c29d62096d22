/** The request in the inspector's form. */

import { describe, expect, test } from 'vitest'
import {
  check,
  commandFor,
  curlFor,
  readHeaders,
  readStatuses,
  readURL,
  nativeLimit,
  type Wanted,
} from '../../../../src/inspector/page/request.ts'

describe('the request form', () => {
  const wanted: Wanted = {
    url: new URL('http://a.test/x?y=1'),
    method: 'GET',
    headers: [],
    body: undefined,
    route: 'direct',
    reconnects: true,
    retryStatuses: [],
    closeAt: '',
    types: [],
    compares: false,
  }

  test.for([
    ['/stream', 'http://page.test/stream'],
    [' https://a.test ', 'https://a.test/'],
    ['localhost:3000/x', 'http://localhost:3000/x'],
    ['127.0.0.1:80', 'http://127.0.0.1/'],
    [':3000/events', 'http://localhost:3000/events'],
    ['example.org/stream', 'https://example.org/stream'],
  ] as const)('reads the URL %s as %s', ([given, url]) => {
    expect(readURL(given, 'http://page.test/').href).toBe(url)
  })

  test('takes a path only for the streams of the server', () => {
    expect(() => readURL('/events')).toThrow('is a path without a server. Try http://localhost:8000/events')
  })

  test.for(['', 'ht!tp://foo', 'ftp://a.test', 'javascript:alert(1)', 'data:,x', 'http://'])(
    'rejects the URL %s',
    (given) => {
      expect(() => readURL(given, 'http://page.test/')).toThrow()
    },
  )

  test('reads one header per line', () => {
    expect(readHeaders('A: 1\n\n b-c:  x: y \n')).toEqual([
      ['A', '1'],
      ['b-c', 'x: y'],
    ])
    expect(() => readHeaders('no colon')).toThrow('Invalid header “no colon”')
  })

  test('rejects what fetch rejects, and knows the limits of the native EventSource', () => {
    expect(() => {
      check({ ...wanted, body: 'x' })
    }).toThrow("can't have a body")
    for (const method of ['CONNECT', 'TRACE', 'no good']) {
      expect(() => {
        check({ ...wanted, method })
      }).toThrow('method')
    }
    expect(() => {
      check({ ...wanted, headers: [['X-A', '✓']] })
    }).toThrow("The header X-A has characters that HTTP doesn't allow")
    expect(nativeLimit(wanted)).toBeUndefined()
    for (const other of [{ method: 'POST' }, { headers: [['a', 'b']] }, { body: 'x' }] as Partial<Wanted>[]) {
      expect(nativeLimit({ ...wanted, ...other })).toMatch(/^it can/)
    }
  })

  test('reads statuses', () => {
    expect(readStatuses(' 502, 503 429 ')).toEqual([502, 503, 429])
    expect(readStatuses('')).toEqual([])
    for (const invalid of ['5', '200', 'x']) expect(() => readStatuses(invalid)).toThrow(`Invalid status “${invalid}”`)
  })

  test('quotes the command for curl, with the last event ID and without reading files', () => {
    expect(curlFor(wanted)).toBe("curl -N -H 'Accept: text/event-stream' 'http://a.test/x?y=1'")
    expect(curlFor({ ...wanted, url: new URL('http://a.test/'), method: 'POST', body: '@file' }, '7')).toBe(
      "curl -N -H 'Accept: text/event-stream' -H 'Content-Type: text/plain;charset=UTF-8' -H 'Last-Event-ID: 7' --data-raw '@file' http://a.test/",
    )
    const headers: Wanted['headers'] = [
      ['accept', '*/*'],
      ['X-Empty', ''],
    ]
    expect(curlFor({ ...wanted, url: new URL('http://a.test/?f[a]=1'), headers })).toBe(
      "curl -gN -H 'accept: */*' -H 'X-Empty;' 'http://a.test/?f[a]=1'",
    )
  })

  test('quotes the command for a shell', () => {
    expect(commandFor(wanted)).toBe("npx everysource inspect 'http://a.test/x?y=1'")
    const { url } = wanted
    expect(commandFor({ ...wanted, url, method: 'POST', headers: [['A', "it's $(x)"]], body: '{"a": 1}' })).toBe(
      String.raw`npx everysource inspect 'http://a.test/x?y=1' -H 'A: it'\''s $(x)' -d '{"a": 1}'`,
    )
  })
})
